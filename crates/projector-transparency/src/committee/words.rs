//! Every fixed word of the committee's page, in each language.

use crate::report::Locale;

/// The words of one language. `{name}` is a place for a figure or a word.
pub(super) struct Words {
    pub(super) lang: &'static str,
    pub(super) title: &'static str,
    pub(super) date: &'static str,
    pub(super) span: &'static str,
    pub(super) lead: &'static str,
    pub(super) provenance: &'static str,
    pub(super) figure: &'static str,
    pub(super) number: &'static str,
    pub(super) too_few: &'static str,
    pub(super) nothing: &'static str,
    pub(super) headings: &'static [(&'static str, &'static str, &'static str)],
    pub(super) names: &'static [(&'static str, &'static str)],
    pub(super) term_columns: &'static [&'static str; 5],
    pub(super) check_title: &'static str,
    pub(super) check_text: &'static str,
}

impl Words {
    pub(super) const fn of(locale: Locale) -> &'static Self {
        match locale {
            Locale::En => &EN,
            Locale::Zh => &ZH,
        }
    }

    /// The name of a figure or value; the code itself where the ledger's own word is the name.
    pub(super) fn name<'a>(&self, code: &'a str) -> &'a str {
        self.names.iter().find(|(known, _)| *known == code).map_or(code, |(_, name)| name)
    }

    /// The heading of a section, and the sentence under it.
    pub(super) fn heading(&self, id: &str) -> (&'static str, &'static str) {
        let found = self.headings.iter().find(|(known, _, _)| *known == id);
        found.map_or(("", ""), |(_, title, intro)| (title, intro))
    }
}

const EN: Words = Words {
    lang: "en",
    title: "Report of the committee",
    date: "%-d %B %Y",
    span: "{from} to {to}",
    lead: "Cases that came before the committee: {opened}. Decided: {decided}. Open: {open}.",
    provenance: "Counted from the first {size} records of the ledger, whose root is {root}. Of ways, outcomes and answers no figure is told that speaks of fewer than {min} cases, or from which one would follow; how many cases and measures there were is told.",
    figure: "Figure",
    number: "Number",
    too_few: "withheld: too few",
    nothing: "nothing to count",
    headings: &[
        (
            "docket",
            "The docket",
            "What was there, came, went, and is left; a case ends with its decision or without one.",
        ),
        ("ways", "How cases came here", "By whose wish the cases of the period were opened."),
        (
            "outcomes",
            "Decisions",
            "What the complaints came to, and how many decisions came to something else than the company's last answer, or, where the committee is asked before the answer, than the one it had proposed.",
        ),
        (
            "members",
            "Independence",
            "What members and others noted of themselves, and meetings to which too few came.",
        ),
        (
            "replies",
            "What the company said",
            "To the decisions of the period, as far as it had said it at the cut-off. Recommendations are those followed, refused and not answered yet.",
        ),
        (
            "grounds",
            "Why it refused",
            "A refusal must be reasoned; it may have several grounds. Codes of the company.",
        ),
        (
            "measures",
            "What was done",
            "Measures of the period's decisions, without those that were refused. What became impossible the committee withdraws, with grounds; that is not carried out.",
        ),
        ("days", "How long it took", "Calendar days from the docket to the decision."),
        ("composition", "Who sat", "Every term that touches the period. Members are not named."),
    ],
    names: &[
        ("at_start", "Open at the start"),
        ("opened", "+ opened"),
        ("decided", "− decided"),
        ("discontinued", "− discontinued"),
        ("at_end", "= open at the end"),
        ("complainant", "the complainant asked for it"),
        ("staff", "somebody who works on complaints"),
        ("rule-pack", "a rule orders it"),
        ("upheld", "upheld"),
        ("partly-upheld", "partly upheld"),
        ("not-upheld", "not upheld"),
        ("goodwill", "goodwill without admission"),
        ("out-of-scope", "out of scope"),
        ("differing", "came to something else than the company's answer, given or proposed"),
        ("dissents", "dissents written"),
        ("recusals", "members who stepped aside"),
        ("disclosures", "interests named"),
        ("adjournments", "meetings without a quorum"),
        ("binding", "decisions that bind"),
        ("recommendations", "recommendations"),
        ("followed", "followed"),
        ("refused", "refused, with grounds"),
        ("unanswered", "not answered yet"),
        ("agreed", "measures agreed"),
        ("done", "carried out"),
        ("withdrawn", "withdrawn by the committee"),
        ("outstanding", "outstanding"),
        ("cases", "decisions"),
        ("p50", "half took at most"),
        ("p90", "nine of ten took at most"),
        ("max", "the longest"),
        ("sitting", "members on the last day"),
        ("chair", "chair"),
        ("member", "member"),
        ("resigned", "resigned"),
        ("removed", "removed for cause"),
        ("expired", "ran out"),
        ("left", "left the company"),
    ],
    term_columns: &["Seat", "From", "Until", "Term", "Ended before"],
    check_title: "How to check this report",
    check_text: "With the ledger: verify it, and count again; the same records give the same bytes. Without it: the file SHA256SUMS lists every file of this report, and its own digest is what the committee endorsed and what the ledger says was published. Whoever published it hands out the proof.",
};

const ZH: Words = Words {
    lang: "zh-Hans",
    title: "委员会报告",
    date: "%Y年%-m月%-d日",
    span: "{from}至{to}",
    lead: "本期有{opened}件案件提交委员会,{decided}件作出决定,{open}件尚未审结。",
    provenance: "依据账本最前面的{size}条记录统计,其根值为{root}。途径、结果和答复中,涉及不足{min}件案件或可据以推出此类数字的,不予公布;案件和措施的总数照常公布。",
    figure: "项目",
    number: "数量",
    too_few: "不予公布:数量过少",
    nothing: "无可统计",
    headings: &[
        ("docket", "案件收结", "期初、新收、审结与期末案件;案件以作出决定或终止审理而结束。"),
        ("ways", "案件来源", "本期立案的提起方。"),
        (
            "outcomes",
            "决定",
            "投诉的处理结果,以及与公司最后答复结果不同的决定数量;须先经委员会审议再答复的,与公司拟答复的结果比较。",
        ),
        ("members", "独立性", "委员及他人提出的利益关系,以及人数不足的会议。"),
        ("replies", "公司的答复", "对本期决定截至统计点的答复。建议分为采纳、拒绝和尚未答复三类。"),
        ("grounds", "拒绝的理由", "拒绝须说明理由,可有多项;以公司代码表示。"),
        (
            "measures",
            "落实情况",
            "本期决定中的措施,不含被拒绝的决定。无法落实的措施由委员会说明理由后撤回,不计为已落实。",
        ),
        ("days", "审理时间", "自立案至决定的自然日数。"),
        ("composition", "委员构成", "与本期有交集的全部任期。不列姓名。"),
    ],
    names: &[
        ("at_start", "期初未结"),
        ("opened", "+ 新收"),
        ("decided", "− 作出决定"),
        ("discontinued", "− 终止审理"),
        ("at_end", "= 期末未结"),
        ("complainant", "投诉人申请"),
        ("staff", "处理人员提交"),
        ("rule-pack", "规则要求"),
        ("upheld", "支持"),
        ("partly-upheld", "部分支持"),
        ("not-upheld", "不支持"),
        ("goodwill", "善意处理(不承认责任)"),
        ("out-of-scope", "不属受理范围"),
        ("differing", "与公司答复(或拟答复)结果不同"),
        ("dissents", "书面异议"),
        ("recusals", "回避的委员"),
        ("disclosures", "提出的利益关系"),
        ("adjournments", "未达法定人数的会议"),
        ("binding", "有约束力的决定"),
        ("recommendations", "建议"),
        ("followed", "已采纳"),
        ("refused", "已拒绝(附理由)"),
        ("unanswered", "尚未答复"),
        ("agreed", "商定的措施"),
        ("done", "已落实"),
        ("withdrawn", "委员会撤回"),
        ("outstanding", "未落实"),
        ("cases", "决定"),
        ("p50", "半数不超过"),
        ("p90", "九成不超过"),
        ("max", "最长"),
        ("sitting", "期末在任委员"),
        ("chair", "主任委员"),
        ("member", "委员"),
        ("resigned", "辞任"),
        ("removed", "因故免职"),
        ("expired", "任期届满"),
        ("left", "离职"),
    ],
    term_columns: &["席位", "起", "止", "第几任期", "提前结束原因"],
    check_title: "如何核对本报告",
    check_text: "持有账本者:验证账本后重新统计,相同的记录给出相同的字节。不持有账本者:SHA256SUMS 列出本报告的全部文件,其自身的摘要即委员会认可并由账本记录为已公布的摘要。证明由公布者提供。",
};

#[cfg(test)]
mod tests {
    use super::{EN, ZH};

    #[test]
    fn every_language_names_the_same_things() {
        let ids = |words: &super::Words| {
            let headings = words.headings.iter().map(|(id, _, _)| *id);
            headings.chain(words.names.iter().map(|(id, _)| *id)).collect::<Vec<_>>()
        };
        assert_eq!(ids(&EN), ids(&ZH));
    }
}
