//! The formats for machines: the same findings and the same verdict in each, within its limits; and nobody's name in
//! what is not to have one.

mod carried;
mod groups;
mod lists;
mod privacy;
mod same;
mod schemas;
mod scope;
mod switch;
mod workbook;
