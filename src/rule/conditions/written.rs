//! Conditions as somebody might write them, made from bytes. Everything is well typed unless the dice say otherwise.

use super::subject::Dice;

pub(super) struct Writer<'b> {
    pub dice: Dice<'b>,
    /// Out of this many parts, one has a random type; 0 for never.
    pub mistakes: usize,
    /// Whether what the interpreter of the `cel` crate has otherwise than the specification is left out.
    pub for_the_crate: bool,
    variables: usize,
}

impl<'b> Writer<'b> {
    pub(super) fn new(bytes: &'b [u8], mistakes: usize) -> Self {
        Self { dice: Dice::new(bytes), mistakes, for_the_crate: false, variables: 0 }
    }

    fn astray(&mut self) -> bool {
        self.mistakes > 0 && self.dice.roll(self.mistakes) == 1
    }

    fn any(&mut self, depth: usize) -> String {
        match self.dice.roll(8) {
            0 => self.int(depth),
            1 => self.double(depth),
            2 => self.text(depth),
            3 => self.time(depth),
            4 => self.span(depth),
            5 => self.texts(depth),
            6 => self.dice.pick(&["null", "account", "account.email", "employee.left", "params.nope", "x"]).to_owned(),
            _ => self.bool(depth),
        }
    }

    pub(super) fn bool(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.fact();
        }
        if self.astray() {
            return self.any(depth - 1);
        }
        let d = depth - 1;
        match self.dice.roll(18) {
            0 | 1 => format!("({} && {})", self.bool(d), self.bool(d)),
            2 | 3 => format!("({} || {})", self.bool(d), self.bool(d)),
            4 => format!("!({})", self.bool(d)),
            5 => format!("({} ? {} : {})", self.bool(d), self.bool(d), self.bool(d)),
            6 => format!("({} {} {})", self.int(d), self.comparison(), self.int(d)),
            // The crate rounds ints.
            7 if self.for_the_crate => format!("({} {} {})", self.double(d), self.comparison(), self.double(d)),
            7 => format!("({} {} {})", self.double(d), self.comparison(), self.int(d)),
            8 => format!("({} {} {})", self.text(d), self.comparison(), self.text(d)),
            9 => format!("({} {} {})", self.time(d), self.comparison(), self.time(d)),
            10 => format!("({} {} {})", self.span(d), self.comparison(), self.span(d)),
            11 => {
                let method = self.dice.pick(&["contains", "startsWith", "endsWith"]);
                format!("{}.{method}({})", self.text(d), self.text(d))
            }
            12 => format!("({} in {})", self.text(d), self.texts(d)),
            13 => self.quantified(d),
            14 => format!("({} == {})", self.texts(d), self.texts(d)),
            15 => self.guarded(d),
            16 => format!("({} in {})", self.int(d), self.dice.pick(&["[]", "[1, 2]", "[1.0, 2.5]", "[params.n]"])),
            _ => format!("{}.matches(r'{}')", self.text(d), self.dice.pick(&["^a", "min", "[0-9]+", "é$"])),
        }
    }

    fn fact(&mut self) -> String {
        const FACTS: [&str; 9] = [
            "account.locked",
            "account.live",
            "account.matched",
            "true",
            "false",
            "has(account.email)",
            "account.status == 'active'",
            "account.situation != 'unmatched'",
            "params.flag",
        ];
        self.dice.pick(&FACTS).to_owned()
    }

    /// Optional facts behind their guards.
    fn guarded(&mut self, d: usize) -> String {
        match self.dice.roll(5) {
            0 => format!("(has(account.email) && account.email == {})", self.text(d)),
            1 => format!("(!has(account.email) || account.email.contains({}))", self.text(d)),
            2 => format!("(has(account.email) ? account.email < {} : {})", self.text(d), self.bool(d)),
            3 => format!("(!has(account.last_login_at) || now - account.last_login_at > {})", self.span(d)),
            _ => format!("(has(account.last_login_at) && now - account.last_login_at > {})", self.span(d)),
        }
    }

    fn comparison(&mut self) -> &'static str {
        self.dice.pick(&["==", "!=", "<", "<=", ">", ">="])
    }

    fn variable(&mut self) -> String {
        self.variables += 1;
        format!("x{}", self.variables)
    }

    fn quantified(&mut self, d: usize) -> String {
        let (call, x) = (self.dice.pick(&["all", "exists", "exists_one"]), self.variable());
        let test = match self.dice.roll(4) {
            0 => format!("{x} == {}", self.text(d)),
            1 => format!("{} || size({x}) > {}", self.bool(d), self.int(d)),
            2 => format!("1 / size({x}) >= {}", self.int(d)),
            _ => format!("{x}.startsWith({}) && {}", self.text(d), self.bool(d)),
        };
        format!("{}.{call}({x}, {test})", self.texts(d))
    }

    fn int(&mut self, depth: usize) -> String {
        const LITERALS: [&str; 7] = ["0", "1", "-2", "3", "9223372036854775807", "-9223372036854775808", "params.n"];
        if depth == 0 {
            return self.dice.pick(&LITERALS).to_owned();
        }
        if self.astray() {
            return self.any(depth - 1);
        }
        let d = depth - 1;
        match self.dice.roll(11) {
            0 => format!("({} + {})", self.int(d), self.int(d)),
            1 => format!("({} - {})", self.int(d), self.int(d)),
            2 => format!("({} * {})", self.int(d), self.int(d)),
            3 => format!("({} / {})", self.int(d), self.int(d)),
            4 => format!("({} % {})", self.int(d), self.int(d)),
            5 => format!("size({})", self.text(d)),
            6 => format!("{}.size()", self.texts(d)),
            7 => format!("({} ? {} : {})", self.bool(d), self.int(d), self.int(d)),
            8 => format!("int({})", self.double(d)),
            9 => format!("[1, {}, 3][{}]", self.int(d), self.int(d)),
            _ => {
                let get = self.dice.pick(&["FullYear", "Month", "Date", "DayOfMonth", "DayOfWeek", "DayOfYear"]);
                let of = self.dice.pick(&["Hours", "Minutes", "Seconds", "Milliseconds"]);
                match self.dice.roll(3) {
                    0 => format!("{}.get{get}()", self.time(d)),
                    1 => format!("{}.get{of}('{}')", self.time(d), self.dice.pick(&["+05:30", "Asia/Kolkata"])),
                    // The crate counts all milliseconds.
                    _ if self.for_the_crate => format!("{}.get{}()", self.span(d), of.replace("Millis", "S")),
                    _ => format!("{}.get{of}()", self.span(d)),
                }
            }
        }
    }

    fn double(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.dice.pick(&["0.5", "-1.25", "2.0", "100.0"]).to_owned();
        }
        let d = depth - 1;
        match self.dice.roll(4) {
            0 => format!("({} + {})", self.double(d), self.double(d)),
            1 => format!("({} * {})", self.double(d), self.double(d)),
            2 => format!("({} / 4.0)", self.double(d)),
            _ => format!("double({})", self.int(d)),
        }
    }

    fn text(&mut self, depth: usize) -> String {
        const LITERALS: [&str; 9] = [
            "''",
            "'a'",
            "'admin'",
            "\"é\"",
            "'@example'",
            "account.id",
            "account.source",
            "string(account.situation)",
            "params.word",
        ];
        if depth == 0 {
            return self.dice.pick(&LITERALS).to_owned();
        }
        if self.astray() {
            return self.any(depth - 1);
        }
        let d = depth - 1;
        match self.dice.roll(8) {
            0 => format!("({} + {})", self.text(d), self.text(d)),
            1 => format!("string({})", self.int(d)),
            2 => format!("string({})", self.bool(d)),
            3 => format!("string({})", self.time(d)),
            4 => format!("string({})", self.span(d)),
            5 => format!("({} ? {} : {})", self.bool(d), self.text(d), self.text(d)),
            6 => format!("{}[{}]", self.texts(d), self.int(d)),
            // The crate writes every digit.
            _ if self.for_the_crate => format!("string({})", self.int(d)),
            _ => format!("string({})", self.double(d)),
        }
    }

    fn time(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.dice.pick(&["now", "account.created_at", "timestamp('2026-02-28T23:59:59.5Z')"]).to_owned();
        }
        let d = depth - 1;
        match self.dice.roll(3) {
            0 => format!("({} + {})", self.time(d), self.span(d)),
            1 => format!("({} - {})", self.time(d), self.span(d)),
            _ => self.time(0),
        }
    }

    fn span(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.dice.pick(&["duration('90s')", "days(30)", "duration('-1h30m')", "days(params.n)"]).to_owned();
        }
        let d = depth - 1;
        match self.dice.roll(4) {
            0 => format!("({} - {})", self.time(d), self.time(d)),
            1 => format!("({} + {})", self.span(d), self.span(d)),
            2 => format!("days({})", self.int(d)),
            _ => self.span(0),
        }
    }

    fn texts(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.dice.pick(&["account.roles", "['a', 'admin']", "params.names", "[]"]).to_owned();
        }
        let (d, x) = (depth - 1, self.variable());
        match self.dice.roll(5) {
            0 => format!("({} + {})", self.texts(d), self.texts(d)),
            1 => format!("{}.filter({x}, {x} != {})", self.texts(d), self.text(d)),
            2 => format!("{}.map({x}, {x} + {})", self.texts(d), self.text(d)),
            3 => format!("[{}, {}]", self.text(d), self.text(d)),
            _ => self.texts(0),
        }
    }
}
