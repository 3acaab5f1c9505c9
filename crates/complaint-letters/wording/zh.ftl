# 我们的信函用语（中文）。公司可替换以 letter- 开头的条目；规则要求信函载明的内容列于其后，
# 以规则包代码开头，不可替换。

month-1 = 1
month-2 = 2
month-3 = 3
month-4 = 4
month-5 = 5
month-6 = 6
month-7 = 7
month-8 = 8
month-9 = 9
month-10 = 10
month-11 = 11
month-12 = 12
date = { $year }年{ $month }月{ $day }日

outcome-upheld = 您的投诉成立
outcome-partly-upheld = 您的投诉部分成立
outcome-not-upheld = 您的投诉不成立
outcome-goodwill = 在不认定责任的前提下，我们向您提出以下方案
outcome-out-of-scope = 该事项不属于我们的处理范围

finding-upheld = { $issue }：成立
finding-partly-upheld = { $issue }：部分成立
finding-not-upheld = { $issue }：不成立
finding-goodwill = { $issue }：不认定责任，协商解决
finding-out-of-scope = { $issue }：不属于我们的处理范围

remedy-refund = 退款
remedy-compensation = 赔偿损失
remedy-goodwill = 善意补偿（不构成责任承认）
remedy-repair = 修理或者重作
remedy-replacement = 更换
remedy-correction = 更正记录或合同
remedy-apology = 致歉
remedy-explanation = 说明
remedy-with-amount = { $remedy }：{ $amount }

letter-salutation = 尊敬的{ $name }：
letter-salutation-unnamed = 尊敬的客户：
letter-reference = 编号：{ $complaint }
letter-close = 此致
letter-contact = 如需联系，请通过以下方式：{ $contact }，并注明上述编号。
letter-page = { $complaint } · 第{ $page }页，共{ $pages }页

letter-acknowledgement-subject = 关于您的投诉
letter-acknowledgement-opening = 您的投诉已于{ $received }送达我们，感谢您的反映。
letter-acknowledgement-due = 我们将于{ $due }前答复您。

letter-information-request-subject = 请补充材料
letter-information-request-opening = 为处理我们于{ $received }收到的您的投诉，需要您补充以下内容。

letter-progress-subject = 投诉处理进展
letter-progress-opening = 您于{ $received }向我们投诉，现将处理进展告知如下。

letter-holding-subject = 投诉处理延期告知
letter-holding-opening = 您于{ $received }向我们投诉。很抱歉，我们目前尚不能作出最终答复。
letter-holding-expected = 我们将于{ $expected }前作出最终答复。

letter-summary-resolution-subject = 投诉已解决
letter-summary-resolution-opening = 您于{ $received }向我们投诉。根据您的表示，我们理解该事项已得到满意解决。

letter-final-response-subject = 投诉处理决定
letter-final-response-opening = 您于{ $received }向我们投诉。经核查，我们的处理决定是：{ $outcome }。
letter-final-response-findings = 核查结果：
letter-final-response-remedies = 我们的解决方案：
letter-final-response-recourse = 如您对处理决定不满意，可于{ $until }前向{ $body }提出。

letter-closing-subject = 投诉办结告知
letter-closing-opening = 我们于{ $received }收到的您的投诉现已办结。

# 英国金融行为监管局手册 DISP 1
uk-disp-received = 我们已收到您的投诉，正在处理，并将随时告知您进展。
uk-disp-resolved = 您提出了投诉，我们认为该投诉已解决。
uk-disp-changed-mind = 如您改变主意，或之后仍不满意，您可以免费将投诉提交英国金融申诉专员服务机构（Financial Ombudsman Service）。
uk-disp-refer = 您有权免费将投诉提交英国金融申诉专员服务机构（Financial Ombudsman Service），但须自本函日期起六个月内，即于{ $until }前提出。
uk-disp-time-limit = 如逾期提交，申诉专员将未获我们许可审理该投诉，仅在极少数情形下方可审理。
uk-disp-website = 申诉专员网站：www.financial-ombudsman.org.uk。
uk-disp-leaflet = 随函附上申诉专员的标准说明手册。
uk-disp-leaflet-available = 您可向我们索取申诉专员的标准说明手册。
uk-disp-not-ready = 我们尚不能作出最终答复的原因是：{ $text }
uk-disp-refer-now = 您无须等待我们的最终答复，现在即可将投诉提交英国金融申诉专员服务机构（Financial Ombudsman Service）。

# 澳大利亚 ASIC RG 271
au-rg271-received = 我们已收到您的投诉。
au-rg271-afca = 如您对我们的答复不满意，您有权免费向澳大利亚金融投诉局（AFCA）投诉：www.afca.org.au，info@afca.org.au，1800 931 678。
au-rg271-delay-reasons = 延期原因：{ $text }
au-rg271-afca-now = 您现在即有权免费向澳大利亚金融投诉局（AFCA）投诉：www.afca.org.au，info@afca.org.au，1800 931 678。

# 美国 CFPB
us-cfpb-steps = 我们已采取的措施、与您的往来以及后续安排：{ $text }
us-cfpb-final-in-60 = 我们将于{ $expected }前作出最终说明，最迟不超过投诉送达我们之日起60个日历日。

# 银行业保险业消费投诉处理管理办法
cn-bank-insurance-routes = 如您对处理决定有异议，可以向我们的上级机构申请核查，也可以申请调解、仲裁，或者向人民法院提起诉讼。

# 市场监督管理投诉举报处理（第20号令、第121号令）与消费者权益保护法
cn-samr-routes = 消费争议可以通过与经营者协商和解、请求消费者协会或者依法成立的其他调解组织调解、向有关行政部门投诉、根据仲裁协议提请仲裁或者向人民法院提起诉讼等途径解决。

# 印度储备银行
in-rbi-ombudsman = 如您对本答复不满意，或30日内未获答复，可在一年内向印度储备银行申诉专员投诉。

# 欧盟 PSD2 第101条
eu-psd2-delay = 因我们无法控制的原因，无法在15个营业日内答复：{ $text }
eu-psd2-final-by = 我们将于{ $expected }前作出最终答复，最迟不超过投诉之日起35个营业日。
eu-psd2-adr = 有权处理本投诉的替代性争议解决机构：{ $body }。

# ISO 10002 / GB/T 19012
iso-10002-received = 我们已收到您的投诉。
iso-10002-decision = 本函告知您我们的决定及其理由。
iso-10002-options = 如您不接受我们的决定，您的投诉记录将予保留，您可于{ $until }前向{ $body }提出。
