# What our letters say, in English. A company may replace messages that begin with `letter-`;
# what a rule makes a letter say stands below, begins with the rule pack's code, and stays.

month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
date = { $day } { $month } { $year }

outcome-upheld = we agree with your complaint
outcome-partly-upheld = we agree with part of your complaint
outcome-not-upheld = we do not agree with your complaint
outcome-goodwill = we make you an offer without deciding who is right
outcome-out-of-scope = we are not the body that can decide this

finding-upheld = { $issue }: you are right
finding-partly-upheld = { $issue }: you are right in part
finding-not-upheld = { $issue }: we found no fault
finding-goodwill = { $issue }: settled without deciding who is right
finding-out-of-scope = { $issue }: not for us to decide

remedy-refund = a refund
remedy-compensation = compensation for your loss
remedy-goodwill = a payment of goodwill, without admission
remedy-repair = a repair, or the service done again
remedy-replacement = a replacement
remedy-correction = a correction of our records or of your contract
remedy-apology = an apology
remedy-explanation = an explanation
remedy-with-amount = { $remedy }: { $amount }

letter-salutation = Dear { $name },
letter-salutation-unnamed = Dear Sir or Madam,
letter-reference = Our reference: { $complaint }
letter-close = Yours sincerely,
letter-contact = You can reach us at { $contact }. Please give our reference.
letter-page = { $complaint } · page { $page } of { $pages }

letter-acknowledgement-subject = Your complaint
letter-acknowledgement-opening = Thank you for your complaint, which reached us on { $received }.
letter-acknowledgement-due = You can expect our answer by { $due }.

letter-information-request-subject = We need something from you to go on
letter-information-request-opening = To look into the complaint that we received from you on { $received }, we need the following.

letter-progress-subject = How your complaint stands
letter-progress-opening = You complained to us on { $received }. This is how the matter stands.

letter-holding-subject = Our answer to your complaint will take longer
letter-holding-opening = You complained to us on { $received }. We are sorry that we cannot give you a final answer yet.
letter-holding-expected = You can expect our final answer by { $expected }.

letter-summary-resolution-subject = Your complaint is resolved
letter-summary-resolution-opening = You complained to us on { $received }. We understand from what you told us that the matter is settled to your satisfaction.

letter-final-response-subject = Our final answer to your complaint
letter-final-response-opening = You complained to us on { $received }. We have looked into the matter. Our decision: { $outcome }.
letter-final-response-findings = What we found:
letter-final-response-remedies = What we offer you:
letter-final-response-recourse = If you are not satisfied you may turn to { $body } until { $until }.

letter-closing-subject = Your complaint is closed
letter-closing-opening = The complaint that we received from you on { $received } is now closed.

# UK, FCA Handbook, DISP 1
uk-disp-received = We have received your complaint and are dealing with it. We will keep you informed of how it goes.
uk-disp-resolved = You made a complaint, and we regard it as resolved.
uk-disp-changed-mind = If you have changed your mind, or find later that you are not satisfied, you may be able to refer your complaint to the Financial Ombudsman Service, free of charge.
uk-disp-refer = You have the right to refer your complaint to the Financial Ombudsman Service, free of charge, but you must do so within six months of the date of this letter, that is by { $until }.
uk-disp-time-limit = If you do not refer your complaint in time, the Ombudsman will not have our permission to consider it, and so will only be able to do so in very limited circumstances.
uk-disp-website = The Ombudsman’s website is www.financial-ombudsman.org.uk.
uk-disp-leaflet = A copy of the Ombudsman’s standard explanatory leaflet goes with this letter.
uk-disp-leaflet-available = The Ombudsman’s standard explanatory leaflet is there for you on request.
uk-disp-not-ready = This is why we are not able to give you a final response: { $text }
uk-disp-refer-now = You may refer your complaint to the Financial Ombudsman Service now, without waiting for our final response.

# Australia, ASIC RG 271
au-rg271-received = We have received your complaint.
au-rg271-afca = If you are not satisfied with our answer you have the right to take your complaint to the Australian Financial Complaints Authority (AFCA), free of charge: www.afca.org.au, info@afca.org.au, 1800 931 678.
au-rg271-delay-reasons = These are the reasons for the delay: { $text }
au-rg271-afca-now = You have the right to take your complaint to the Australian Financial Complaints Authority (AFCA) now, free of charge: www.afca.org.au, info@afca.org.au, 1800 931 678.

# United States, CFPB
us-cfpb-steps = What we have done, what you and we wrote to each other about it, and what we will do next: { $text }
us-cfpb-final-in-60 = We will give you our final explanation by { $expected }, at most 60 calendar days after your complaint was sent to us.

# China, banks and insurers (CBIRC Order 2020 No. 3)
cn-bank-insurance-routes = If you do not agree with this decision you may ask our superior office to review it, ask for mediation, apply for arbitration, or bring the matter before a court.

# China, market regulation (SAMR Orders 20 and 121) and the Consumer Protection Law
cn-samr-routes = A consumer dispute can be settled between the parties, through a consumer association or another mediation body, by a complaint to the authorities, by arbitration where agreed, or by a court.

# India, RBI
in-rbi-ombudsman = If you are not satisfied with this answer, or have had none within 30 days, you may complain to the Ombudsman of the Reserve Bank of India within one year.

# European Union, PSD2 article 101
eu-psd2-delay = For reasons beyond our control we cannot answer within 15 business days: { $text }
eu-psd2-final-by = You will have our final reply by { $expected }, at most 35 business days after your complaint.
eu-psd2-adr = A body of alternative dispute resolution that is competent for this complaint: { $body }.

# ISO 10002
iso-10002-received = We have received your complaint.
iso-10002-decision = This letter tells you our decision and how we reached it.
iso-10002-options = If you do not accept our decision, your complaint stays on record, and you may turn to { $body } until { $until }.
