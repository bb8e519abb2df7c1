//! The formats for machines: the same findings and the same verdict in each, within its limits; nobody's name in
//! what is not to have one; and CI set-ups that work.

mod carried;
mod ci;
mod privacy;
mod same;
mod schemas;
mod scope;
mod switch;
mod workbook;
