//! A reading in words, for a person: the same lines in English and in Chinese.

use std::fmt;

use jiff::{SignedDuration, Timestamp, civil::Date};

use super::{
    AfterHours, Basis, ClockReading, ClockResult, DayCount, DayZero, DueAt, ExtensionVerdict,
    Language, LastDay, Length, Milestone, PauseVerdict, Rolled,
};

impl ClockReading {
    /// The whole explanation, line by line, each ending in a line feed.
    ///
    /// Days that follow each other and count for the same are one line. Times are local times of
    /// the clock's zone, with their offset.
    pub fn text(&self, language: Language) -> String {
        let page = Page { reading: self, language };
        let mut lines = vec![page.title()];
        let mut add = |en, zh, text: String| lines.push(page.line(en, zh, &text));
        add("rule", "规则", page.rule());
        add("citation", "依据", page.basis(&self.rule.basis));
        add("pack", "规则包", format!("{} {}", self.clock.pack, self.pack_version));
        add("calendar", "日历", page.calendar());
        if let Some(note) = &self.rule.note {
            add("note", "说明", note.in_language(language).to_owned());
        }
        add("start", "起算", page.start());
        lines.extend(page.lines("days", "逐日", page.days()));
        lines.extend(page.lines("pauses", "中止", page.pauses()));
        lines.extend(page.lines("extensions", "延长", page.extensions()));
        let mut add = |en, zh, text: String| lines.push(page.line(en, zh, &text));
        add("due", "到期", page.due());
        add("warning", "预警", self.local(self.warn_at));
        if let Some(end) = self.end {
            add(
                "ended by",
                "结束",
                format!("{}, {}", self.local(end.at), language.milestone(end.milestone)),
            );
        }
        add("read at", "读取", self.local(self.read_at));
        add("result", "结果", page.result());
        add("gross", "总时长", page.duration(self.gross));
        add("net", "净时长", page.duration(self.net));
        lines.concat()
    }
}

/// In English, as [`ClockReading::text`] says it.
impl fmt::Display for ClockReading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Language::English))
    }
}

impl fmt::Display for ExtensionVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&extension_verdict(Language::English, *self))
    }
}

struct Page<'a> {
    reading: &'a ClockReading,
    language: Language,
}

impl Page<'_> {
    fn pick<'b>(&self, en: &'b str, zh: &'b str) -> &'b str {
        self.language.pick(en, zh)
    }

    fn title(&self) -> String {
        let reading = self.reading;
        format!("{}  {}\n", reading.clock, reading.rule.name.in_language(self.language))
    }

    /// A label in a column of eleven cells (a Chinese character takes two), then the text.
    fn line(&self, en: &str, zh: &str, text: &str) -> String {
        let label = self.pick(en, zh);
        let cells: usize = label.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
        format!("  {label}{}{text}\n", " ".repeat(12_usize.saturating_sub(cells)))
    }

    fn lines(&self, en: &str, zh: &str, texts: Vec<String>) -> Vec<String> {
        let labels = [(en, zh)].into_iter().chain(std::iter::repeat(("", "")));
        labels.zip(texts).map(|((en, zh), text)| self.line(en, zh, &text)).collect()
    }

    fn length(&self, length: Length) -> String {
        let unit = self.language.unit(length.unit);
        match self.language {
            Language::English if length.count.get() == 1 => {
                format!("1 {}", unit.strip_suffix('s').unwrap_or(unit))
            }
            Language::English => format!("{} {unit}", length.count),
            Language::Chinese => format!("{}{unit}", length.count),
        }
    }

    fn rule(&self) -> String {
        let rule = &self.reading.rule;
        let day_zero = match (rule.due_at, rule.day_zero) {
            (DueAt::ToTheMoment, _) => "",
            (_, DayZero::NotCounted) => {
                self.pick(", day of the start not counted", "，起算当日不计入")
            }
            (_, DayZero::Counted) => self.pick(", day of the start counted", "，起算当日计入"),
        };
        let due_at = match rule.due_at {
            DueAt::EndOfDay => self.pick(", to the end of the last day", "，至末日终了"),
            DueAt::CloseOfBusiness => self.pick(", to close of business", "，至营业结束"),
            DueAt::ToTheMoment => self.pick(", to the moment", "，至该时刻"),
        };
        let after_hours = match rule.after_hours {
            AfterHours::AsReceived => "",
            AfterHours::NextBusinessDay => self.pick(
                "; a start outside business hours counts from the next business day",
                "；非营业时间自下一营业日起算",
            ),
        };
        let last_day = match rule.last_day {
            LastDay::AsItFalls => "",
            LastDay::NextWorkingDay => self.pick(
                "; a last day that is not worked moves to the next working day",
                "；末日为休息日的顺延至下一工作日",
            ),
        };
        let from = self.pick(" from: ", "，自");
        let stops: Vec<_> = rule.stops.iter().map(|stop| self.stop(*stop)).collect();
        format!(
            "{}{from}{}{day_zero}{due_at}{after_hours}{last_day}{}{}",
            self.length(rule.length),
            self.language.milestone(rule.starts),
            self.pick("; stopped by: ", "；终点："),
            stops.join(self.pick(" or ", "或")),
        )
    }

    fn stop(&self, milestone: Milestone) -> String {
        let name = self.language.milestone(milestone);
        let late = self.reading.rule.only_late.as_ref();
        let Some(late) = late.filter(|late| late.stops.contains(&milestone)) else {
            return name.to_owned();
        };
        let within = self.length(late.within);
        match self.language {
            Language::English => format!("{name} (in the last {within} only)"),
            Language::Chinese => format!("{name}（仅限最后{within}）"),
        }
    }

    fn basis(&self, basis: &Basis) -> String {
        let status = self.language.status(basis.status);
        let read = basis.read_on.map(|date| match self.language {
            Language::English => format!(", looked at on {date}"),
            Language::Chinese => format!("，查阅于{date}"),
        });
        format!("{} [{status}{}]", basis.citation, read.unwrap_or_default())
    }

    fn calendar(&self) -> String {
        let zone = &self.reading.zone;
        match &self.reading.calendar {
            Some(used) => format!("{} {}, {zone}", used.code, used.version),
            None => format!("{}, {zone}", self.pick("none needed", "不需要")),
        }
    }

    fn start(&self) -> String {
        let start = &self.reading.start;
        let at = self.reading.local(start.at);
        let what = self.language.milestone(start.milestone);
        let Some(rolled) = &start.rolled else { return format!("{at}, {what}") };
        let why = match rolled {
            Rolled::Weekend => self.pick("a weekend", "周末").to_owned(),
            Rolled::Holiday(name) => {
                format!(
                    "{}{}",
                    self.pick("a holiday, ", "节假日："),
                    name.in_language(self.language)
                )
            }
            Rolled::AfterClose(closes) => {
                format!("{} {closes}", self.pick("after the close of business at", "晚于营业结束"))
            }
        };
        let counts = self.reading.local(start.counts_from);
        match self.language {
            Language::English => format!("{at}, {what}; {why}, so counted from {counts}"),
            Language::Chinese => format!("{at}，{what}；{why}，自{counts}起算"),
        }
    }

    fn days(&self) -> Vec<String> {
        let days = &self.reading.days;
        if days.is_empty() {
            return vec![
                self.pick("none counted: the limit is in hours", "按小时计，不逐日").to_owned(),
            ];
        }
        let mut runs: Vec<Run<'_>> = Vec::new();
        for day in days {
            match runs.last_mut() {
                Some(run) if run.is_like(&day.count) => {
                    run.until = day.date;
                    run.last = &day.count;
                }
                _ => runs.push(Run {
                    from: day.date,
                    until: day.date,
                    first: &day.count,
                    last: &day.count,
                }),
            }
        }
        runs.into_iter().map(|run| self.run(&run)).collect()
    }

    fn run(&self, run: &Run<'_>) -> String {
        let span = if run.from == run.until {
            format!("{:<23}", run.from.to_string())
        } else {
            format!("{} … {}", run.from, run.until)
        };
        let what = match run.first {
            DayCount::Counted { number: from } => {
                let until = run.last.number().unwrap_or(*from);
                match self.language {
                    Language::English if *from == until => format!("day {from}"),
                    Language::English => format!("days {from} to {until}"),
                    Language::Chinese if *from == until => format!("第{from}日"),
                    Language::Chinese => format!("第{from}至{until}日"),
                }
            }
            DayCount::AdjustedWorking { number, name } => match self.language {
                Language::English => format!("day {number}, {}", name.en),
                Language::Chinese => format!("第{number}日，{}", name.in_language(self.language)),
            },
            DayCount::Weekend => self.pick("skipped: weekend", "不计：周末").to_owned(),
            DayCount::Holiday(name) => {
                format!("{}{}", self.pick("skipped: ", "不计："), name.in_language(self.language))
            }
            DayCount::Paused(ground) => {
                format!("{}{}", self.pick("paused: ", "中止："), self.language.ground(*ground))
            }
            DayCount::LastDayMoved => {
                self.pick("the last day, moved to here", "末日顺延至此").to_owned()
            }
            DayCount::Extension => self.pick("extension", "延长期").to_owned(),
        };
        format!("{span}  {what}")
    }

    fn pauses(&self) -> Vec<String> {
        if self.reading.pauses.is_empty() {
            let text = if self.reading.rule.pauses.is_empty() {
                self.pick("none; the rule allows none", "无；规则不允许中止")
            } else {
                self.pick("none", "无")
            };
            return vec![text.to_owned()];
        }
        self.reading
            .pauses
            .iter()
            .map(|pause| {
                let until = pause.until.map_or(self.pick("now", "至今").to_owned(), |until| {
                    self.reading.local(until)
                });
                let verdict = match pause.verdict {
                    PauseVerdict::Counted => {
                        let allowed =
                            self.reading.rule.pauses.iter().find(|a| a.ground == pause.ground);
                        let basis =
                            allowed.map_or(String::new(), |allowed| self.basis(&allowed.basis));
                        format!("{}{basis}", self.pick("counts: ", "有效："))
                    }
                    PauseVerdict::GroundNotAllowed => self
                        .pick(
                            "does not count: the rule does not allow this ground",
                            "无效：规则不允许该事由",
                        )
                        .to_owned(),
                    PauseVerdict::AfterLimit => self
                        .pick("does not count: it began after the limit", "无效：期限届满后开始")
                        .to_owned(),
                };
                format!(
                    "{} … {until}, {}; {verdict}",
                    self.reading.local(pause.from),
                    self.language.ground(pause.ground)
                )
            })
            .collect()
    }

    fn extensions(&self) -> Vec<String> {
        if self.reading.extensions.is_empty() {
            let text = if self.reading.rule.extension.is_none() {
                self.pick("none; the rule allows none", "无；规则不允许延长")
            } else {
                self.pick("none", "无")
            };
            return vec![text.to_owned()];
        }
        self.reading
            .extensions
            .iter()
            .map(|extension| {
                let told = self.reading.local(extension.notified);
                let (by, reason) =
                    (self.language.role(extension.by), self.language.reason(extension.reason));
                let verdict = match (extension.verdict, &self.reading.rule.extension) {
                    (ExtensionVerdict::Counted, Some(rule)) => {
                        format!("{}{}", self.pick("counts: ", "有效："), self.basis(&rule.basis))
                    }
                    (verdict, _) => format!(
                        "{}{}",
                        self.pick("does not count: ", "无效："),
                        extension_verdict(self.language, verdict)
                    ),
                };
                match self.language {
                    Language::English => format!(
                        "to {}, {reason}, approved by: {by}, complainant told {told}; {verdict}",
                        extension.until
                    ),
                    Language::Chinese => format!(
                        "至{}，{reason}，批准人：{by}，告知投诉人：{told}；{verdict}",
                        extension.until
                    ),
                }
            })
            .collect()
    }

    fn due(&self) -> String {
        let reading = self.reading;
        let due = reading.due_local();
        if reading.due == reading.original_due {
            return due;
        }
        let original = reading.local(reading.original_due);
        match self.language {
            Language::English => format!("{due}, extended from {original}"),
            Language::Chinese => format!("{due}，原为{original}"),
        }
    }

    fn result(&self) -> String {
        let (word, time) = match self.reading.result {
            ClockResult::Running { left } => (self.pick("running, left: ", "进行中，剩余"), left),
            ClockResult::DueSoon { left } => {
                (self.pick("due soon, left: ", "即将到期，剩余"), left)
            }
            ClockResult::Paused { left, .. } => {
                (self.pick("paused, left once it runs on: ", "中止中，恢复后剩余"), left)
            }
            ClockResult::Met { early } => (self.pick("met, early by ", "按时完成，提前"), early),
            ClockResult::Missed { by } if self.reading.end.is_some() => {
                (self.pick("missed, late by ", "逾期完成，逾期"), by)
            }
            ClockResult::Missed { by } => (self.pick("missed, overdue by ", "已逾期"), by),
            ClockResult::Taken { early } => (self.pick("taken, early by ", "已采用，提前"), early),
            ClockResult::Passed { by } => {
                (self.pick("no longer open, closed before: ", "已过期"), by)
            }
            ClockResult::Lapsed => {
                return self.pick("lapsed: no longer needed", "已失效：无需继续").to_owned();
            }
        };
        format!("{word}{}", self.duration(time))
    }

    /// Whole minutes; what is less is left out.
    fn duration(&self, duration: SignedDuration) -> String {
        let minutes = duration.as_mins();
        let (days, hours, minutes) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
        match self.language {
            Language::English => format!("{days} d {hours} h {minutes} min"),
            Language::Chinese => format!("{days}天{hours}小时{minutes}分"),
        }
    }
}

/// Days that follow each other and count for the same.
struct Run<'a> {
    from: Date,
    until: Date,
    first: &'a DayCount,
    last: &'a DayCount,
}

impl Run<'_> {
    fn is_like(&self, count: &DayCount) -> bool {
        match (self.last, count) {
            (DayCount::Counted { .. }, DayCount::Counted { .. }) => true,
            (last, count) => last == count,
        }
    }
}

fn extension_verdict(language: Language, verdict: ExtensionVerdict) -> String {
    let utc = |at: Timestamp| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
    match (language, verdict) {
        (Language::English, ExtensionVerdict::Counted) => "it counts".to_owned(),
        (Language::Chinese, ExtensionVerdict::Counted) => "有效".to_owned(),
        (Language::English, ExtensionVerdict::NotAllowed) => "the rule allows none".to_owned(),
        (Language::Chinese, ExtensionVerdict::NotAllowed) => "规则不允许延长".to_owned(),
        (Language::English, ExtensionVerdict::TooOften { times }) => {
            format!("the rule allows {times} and no more")
        }
        (Language::Chinese, ExtensionVerdict::TooOften { times }) => {
            format!("规则至多允许{times}次")
        }
        (Language::English, ExtensionVerdict::ApproverMayNot { by }) => {
            format!("the rule lets others approve it, not: {}", language.role(by))
        }
        (Language::Chinese, ExtensionVerdict::ApproverMayNot { by }) => {
            format!("无权批准：{}", language.role(by))
        }
        (Language::English, ExtensionVerdict::ReasonMayNot { reason }) => {
            format!("the rule gives it for other reasons, not: {}", language.reason(reason))
        }
        (Language::Chinese, ExtensionVerdict::ReasonMayNot { reason }) => {
            format!("规则不允许以此理由延长：{}", language.reason(reason))
        }
        (Language::English, ExtensionVerdict::NotLater { than }) => {
            format!("it is not later than {than}, the last day that held")
        }
        (Language::Chinese, ExtensionVerdict::NotLater { than }) => {
            format!("不晚于现有末日{than}")
        }
        (Language::English, ExtensionVerdict::BeyondLimit { limit }) => {
            format!("the rule allows no day after {limit}")
        }
        (Language::Chinese, ExtensionVerdict::BeyondLimit { limit }) => {
            format!("规则至多延长至{limit}")
        }
        (Language::English, ExtensionVerdict::ToldTooLate { due }) => {
            format!("it was granted or told after the limit at {}", utc(due))
        }
        (Language::Chinese, ExtensionVerdict::ToldTooLate { due }) => {
            format!("批准或告知晚于期限{}", utc(due))
        }
    }
}
