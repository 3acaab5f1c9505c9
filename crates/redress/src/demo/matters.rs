//! What the invented company sells, and what goes wrong with it.

use complaint_domain::{complaint::RemedyKind, right::Right};

use RemedyKind::{Compensation, Correction, Explanation, Refund, Repair, Replacement};
use Right::{
    Association, Choice, Dignity, Education, FairDealing, Information, PersonalInformation,
    Redress, Safety, Supervision,
};

/// The taxonomy that the names below belong to.
pub const TAXONOMY: &str = "redress-demo-2025";

/// Something the company sells.
#[derive(Debug)]
pub struct Product {
    /// Its name in the taxonomy.
    pub name: &'static str,
    /// Finer products.
    pub sub_products: &'static [&'static str],
    /// What its account, policy or order numbers begin with.
    pub account_prefix: &'static str,
    /// What goes wrong with it.
    pub issues: &'static [Issue],
}

/// Something that goes wrong.
#[derive(Debug)]
pub struct Issue {
    /// Its name in the taxonomy.
    pub name: &'static str,
    /// The rights it puts at stake.
    pub rights: &'static [Right],
    /// How complainants put it: `{day}`, `{amount}` and `{account}` are filled in.
    pub english: &'static str,
    /// The same in Chinese.
    pub chinese: &'static str,
    /// What usually lies behind it.
    pub causes: &'static [&'static str],
    /// What usually puts it right.
    pub remedy: RemedyKind,
    /// The amounts at stake, in whole pounds; in yuan nine times as many.
    pub amounts: (u32, u32),
}

/// Everything the company sells.
pub const PRODUCTS: &[Product] =
    &[BANK_ACCOUNT, PAYMENT_CARD, CONSUMER_LOAN, INSURANCE, ONLINE_ORDER, MOBILE_PLAN, TRAVEL];

const BANK_ACCOUNT: Product = Product {
    name: "Bank account",
    sub_products: &["Current account", "Savings account"],
    account_prefix: "AC",
    issues: &[
        Issue {
            name: "Transfer sent but not received",
            rights: &[FairDealing, Redress],
            english: "On {day} I sent {amount} from account {account} to my landlord. It left my \
                      account the same minute and never arrived. I have been told three times \
                      that it is being looked into.",
            chinese: "{day}我从账户{account}向房东转账{amount}，钱当时就扣了，对方却一直没有收到。\
                      客服三次都说正在核查，没有任何结果。",
            causes: &["process.handling.delay", "process.handling.not-matched"],
            remedy: Compensation,
            amounts: (40, 1_200),
        },
        Issue {
            name: "Account frozen without notice",
            rights: &[Information, Dignity],
            english: "My account {account} was frozen on {day} without a word. My salary of \
                      {amount} is in it. At the branch I was treated like a criminal in front of \
                      other customers.",
            chinese: "{day}我的账户{account}在没有任何通知的情况下被冻结，里面有我的工资{amount}。\
                      在网点工作人员当着其他客户的面质问我，很不尊重人。",
            causes: &["process.rules.too-wide", "process.communication.no-notice"],
            remedy: Compensation,
            amounts: (30, 400),
        },
        Issue {
            name: "Unexplained monthly fee",
            rights: &[Information, FairDealing],
            english: "Since {day} I pay a monthly fee on {account} that nobody told me of, \
                      {amount} so far. The account was sold to me as free.",
            chinese: "从{day}起，我的账户{account}每月被扣管理费，累计{amount}，\
                      开户时明明说是免费的，从来没有人告知。",
            causes: &["process.communication.unclear", "sales.misleading"],
            remedy: Refund,
            amounts: (8, 120),
        },
    ],
};

const PAYMENT_CARD: Product = Product {
    name: "Payment card",
    sub_products: &["Credit card", "Debit card"],
    account_prefix: "CD",
    issues: &[
        Issue {
            name: "Payment not recognised",
            rights: &[Safety, Redress],
            english: "A payment of {amount} was taken from card {account} on {day} by a shop I \
                      have never heard of. I reported it within the hour. You say I must have \
                      shared my code. I did not.",
            chinese: "{day}我的卡{account}被一家从没听说过的商户扣走{amount}，我一小时内就报了失，\
                      你们却说是我自己泄露了验证码，我没有。",
            causes: &["security.unauthorised-payment", "process.handling.wrong-template"],
            remedy: Refund,
            amounts: (25, 2_400),
        },
        Issue {
            name: "Charged twice",
            rights: &[FairDealing],
            english: "The restaurant charged {amount} twice on {day}, card {account}. One of the \
                      two was to drop off after three days and has not.",
            chinese: "{day}餐厅在我的卡{account}上重复扣款{amount}，\
                      说好三天自动退回其中一笔，到现在也没退。",
            causes: &["system.error.not-released", "third-party.merchant"],
            remedy: Refund,
            amounts: (12, 260),
        },
        Issue {
            name: "Card data passed on",
            rights: &[PersonalInformation, Supervision],
            english: "Since {day} I get calls from a firm that knows my card {account} and my \
                      limit of {amount}. I never agreed that you pass this on. I want to know who \
                      has it.",
            chinese: "{day}以后不断有公司打电话给我，知道我的卡号{account}和额度{amount}。\
                      我从未同意你们把信息给别人，我要求说明给了谁。",
            causes: &["data.consent", "data.disclosure"],
            remedy: Explanation,
            amounts: (20, 200),
        },
    ],
};

const CONSUMER_LOAN: Product = Product {
    name: "Consumer loan",
    sub_products: &["Instalment loan", "Car loan"],
    account_prefix: "LN",
    issues: &[
        Issue {
            name: "Early repayment charge",
            rights: &[Information, Choice],
            english: "I paid off loan {account} on {day} and was charged {amount} for doing so. \
                      The page I signed says there is no charge.",
            chinese: "{day}我提前还清贷款{account}，被收了{amount}违约金，\
                      而我签字的那一页写着提前还款不收费。",
            causes: &["contract.old-template", "process.communication.charge-not-shown"],
            remedy: Refund,
            amounts: (60, 900),
        },
        Issue {
            name: "Collection calls",
            rights: &[Dignity, PersonalInformation],
            english: "Since {day} your collectors ring my mother and my employer about {amount} on \
                      loan {account}. I asked for a payment plan weeks before.",
            chinese: "从{day}开始，催收人员为贷款{account}的{amount}反复打电话给我母亲和单位，\
                      我几周前就申请过分期方案。",
            causes: &["third-party.collection", "process.handling.not-recorded"],
            remedy: Compensation,
            amounts: (50, 600),
        },
        Issue {
            name: "Wrong entry in credit file",
            rights: &[PersonalInformation, FairDealing],
            english: "My credit file shows loan {account} as {amount} overdue since {day}. I never \
                      missed an instalment and have the statements to prove it.",
            chinese: "我的征信报告显示贷款{account}自{day}起逾期{amount}，\
                      我从未漏还一期，有全部流水为证。",
            causes: &["system.interface", "process.handling.not-recorded"],
            remedy: Correction,
            amounts: (30, 300),
        },
    ],
};

const INSURANCE: Product = Product {
    name: "Insurance",
    sub_products: &["Household", "Motor", "Health"],
    account_prefix: "PL",
    issues: &[
        Issue {
            name: "Claim refused",
            rights: &[Redress, Information],
            english: "A pipe burst on {day}. My claim for {amount} under {account} was refused for \
                      wear and tear although your own surveyor wrote that it was sudden.",
            chinese: "{day}家中水管爆裂，保单{account}理赔{amount}被以自然损耗为由拒赔，\
                      可你们自己的查勘员写的是突发事故。",
            causes: &["process.decision.terms-misread", "process.decision.evidence-overlooked"],
            remedy: Compensation,
            amounts: (150, 4_800),
        },
        Issue {
            name: "Claim delayed",
            rights: &[Redress],
            english: "I sent everything for my claim under {account} on {day}. {amount} is still \
                      not paid and every week somebody asks for a paper I sent long ago.",
            chinese: "{day}我已提交保单{account}的全部理赔材料，{amount}至今没有到账，\
                      每周都有人要我重复提交已经交过的文件。",
            causes: &["process.handling.not-matched", "people.capacity"],
            remedy: Compensation,
            amounts: (80, 1_900),
        },
        Issue {
            name: "Policy sold without need",
            rights: &[Choice, Education],
            english: "On {day} I was told that the loan depends on policy {account}. It does not. \
                      I have paid {amount} for a cover I can never claim on.",
            chinese: "{day}业务员说不买保单{account}就不能放款，事实并非如此，\
                      我为一份根本用不上的保险付了{amount}。",
            causes: &["sales.tied", "sales.needs-not-asked"],
            remedy: Refund,
            amounts: (90, 1_400),
        },
    ],
};

const ONLINE_ORDER: Product = Product {
    name: "Online shop order",
    sub_products: &["Household goods", "Electronics", "Clothing"],
    account_prefix: "OR",
    issues: &[
        Issue {
            name: "Goods unsafe",
            rights: &[Safety, FairDealing],
            english: "The heater of order {account}, delivered on {day}, began to smoke after an \
                      hour next to my child's bed. It cost {amount}. Others should be warned.",
            chinese: "{day}收到订单{account}的取暖器，价格{amount}，用了一小时就冒烟，\
                      旁边就是孩子的床，请提醒其他买家。",
            causes: &["product.quality", "product.inspection"],
            remedy: Replacement,
            amounts: (20, 350),
        },
        Issue {
            name: "Goods not as described",
            rights: &[Information, FairDealing],
            english: "Order {account} of {day}, {amount}: the page says oak, what came is paper \
                      foil on chipboard.",
            chinese: "{day}下的订单{account}，{amount}，页面写的是实木，收到的却是贴皮刨花板。",
            causes: &["product.description", "third-party.supplier"],
            remedy: Replacement,
            amounts: (15, 700),
        },
        Issue {
            name: "Refund not paid",
            rights: &[Redress],
            english: "I sent order {account} back on {day}. You have had it for weeks and {amount} \
                      is still not refunded.",
            chinese: "{day}我已退回订单{account}，仓库签收几周了，{amount}退款仍没有到账。",
            causes: &["process.handling.refund-delayed", "system.interface"],
            remedy: Refund,
            amounts: (10, 480),
        },
    ],
};

const MOBILE_PLAN: Product = Product {
    name: "Mobile plan",
    sub_products: &["Contract", "Prepaid"],
    account_prefix: "MB",
    issues: &[
        Issue {
            name: "Roaming charges",
            rights: &[Information, FairDealing],
            english: "After two days abroad from {day} my bill for {account} shows {amount} for \
                      data that your own app said was included.",
            chinese: "{day}出境两天，号码{account}的账单多出{amount}流量费，\
                      而你们的应用上显示已包含在套餐内。",
            causes: &["system.configuration", "process.communication.no-notice"],
            remedy: Refund,
            amounts: (18, 520),
        },
        Issue {
            name: "Number not transferred",
            rights: &[Choice],
            english: "I asked on {day} to take my number {account} to another company. You say \
                      there is a contract until next year, with {amount} to pay. There is none.",
            chinese: "{day}我申请携号转网，号码{account}，\
                      你们说合约到明年、要付{amount}违约金，可我根本没有签过合约。",
            causes: &["process.rules.too-wide", "contract.renewal-by-default"],
            remedy: Correction,
            amounts: (20, 240),
        },
        Issue {
            name: "No service",
            rights: &[FairDealing],
            english: "There has been no signal at home since {day}. I go on paying for {account}, \
                      {amount} so far, for nothing.",
            chinese: "从{day}起家里完全没有信号，号码{account}照样扣费，已经{amount}，什么也用不了。",
            causes: &["system.outage", "process.communication.unclear"],
            remedy: Repair,
            amounts: (10, 160),
        },
    ],
};

const TRAVEL: Product = Product {
    name: "Travel booking",
    sub_products: &["Package tour", "Rail and flight"],
    account_prefix: "TR",
    issues: &[
        Issue {
            name: "Cancelled without refund",
            rights: &[Redress, FairDealing],
            english: "You cancelled booking {account} on {day} and offer a voucher. I want the \
                      {amount} back that I paid.",
            chinese: "{day}你们单方面取消了订单{account}，只肯给代金券，我要求退还已付的{amount}。",
            causes: &["process.rules.against-customers", "third-party.supplier"],
            remedy: Refund,
            amounts: (90, 2_600),
        },
        Issue {
            name: "Group complaint ignored",
            rights: &[Association, Supervision],
            english: "Nineteen of us wrote together about the hotel of {day}, booking {account}, \
                      {amount} each. We were told that only single letters are read.",
            chinese: "我们十九人就{day}入住的酒店联名投诉，订单{account}，每人{amount}，\
                      得到的答复是不受理联名信。",
            causes: &["process.rules.against-customers", "third-party.supplier"],
            remedy: Compensation,
            amounts: (40, 380),
        },
    ],
};
