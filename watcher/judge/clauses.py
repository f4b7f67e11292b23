"""How strongly a text limits and how strongly it expands cooperation, clause by clause.

    clause ─▶ tokens in reading order ─▶ turns ("not", "prohibit", "repeal" …) and objects ("honor", "287(g)", "sanctuary")
    an object turned an odd number of times points the other way: "may not prohibit … from assisting" expands

The sum over clauses is what makes a change's direction exact: a clause that stands on both sides cancels.
"""

from __future__ import annotations

import re
from functools import lru_cache

# Words that turn every object after them in the clause, and the field's verbs that turn what they govern.
_NOT = r"\b(?:not|never|nor|neither|no|none|nothing|cannot|nobody|ningun\w*|jamas)\b|n't\b|\bno (?=podra|debera|se\b|cooperar|colabor|permit)"
_AGAINST = (
    r"\b(?:prohib\w+|forbid\w*|ban(?:s|ned|ning)?|bar(?:s|red|ring)?|preclud\w+|disallow\w*|restrict\w*|limit(?:s|ed|ing|ations?)?|remov(?:e|es|ed|ing|al of)(?= (?:the |an? |any |all )?(?:language|provisions?|prohibitions?|restrictions?|limit\w*|sentence|requirements?|ban|words?))|(?:delet|strik)(?:e|es|ed|ing)(?= (?:the |an? |any |all )?(?:language|provisions?|prohibitions?|restrictions?|limit\w*|sentence|requirements?|ban))|(?:lift|eliminat|eas|loosen|relax|waiv|undo|drop)\w*(?= (?:the |its |an? |any |all )?(?:\w+ ){0,2}(?:prohibitions?|restrictions?|limit\w*|requirements?|ban|moratorium)\b)|declin\w+|refus\w+|"
    r"refrain\w*|suspen[ds]\w*|paus(?:e|es|ed|ing)|discontinu\w+|terminat\w+|cancel\w*|end(?:s|ed|ing)?(?! of\b| user)|abolish\w*|halt\w*|ceas(?:e|es|ing)|"
    r"withdr[ae]w\w*|phas\w+[- ]out|phase-?out|wind\w* down|oppos\w+|condemn\w*|denounc\w+|reject\w*|divest\w*|boycott\w*|disapprov\w+|prevent\w*|"
    r"den(?:y|ies|ied|ying)|exclud\w+|revok\w+|rescind\w*|rescission|repeal\w*|opt\w*[- ]out|void|defund\w*|unlawful(?= for| to)|imped\w+|hinder\w*|challeng\w+|"
    r"withh[eo]ld\w*|moratori\w+|veto(?:ed|es)?|stop(?:s|ped|ping)?(?= [^.;]{1,40}\bfrom\b)|keep(?:s|ing)?(?= [^.;]{1,40}\bfrom\b)|turn\w* off|disabl\w*|off-limits|no part|locked|supersed\w*|fail(?:s|ed|ing|ure)? to|wary|prevent\w*|anti-?(?=sanctuary)|den[iy]\w* entry|fuera|against(?=[^.;]{0,40}\b(?:ICE|detention|deport\w*|raids?|enforcement)\b)|"
    r"limitar|suspender|rescindir|derogar)\b"
)
_FOR = (
    r"\b(?:shall|may|must|will|agrees?|authoriz\w+|approv\w+|accept\w*|renew\w*|restor\w+|reinstat\w+|resum(?:e|es|ed|ing|ption)|extend\w*|extension|ratif\w+|execut(?:e|ing|ion)|requir\w+|direct(?:s|ed|ing)?|"
    r"mandat\w+|order(?:s|ed|ing)?|(?:shall|to|will) request|requesting|apply|application|award\w*|support\w*|encourag\w+|permit\w*|allow\w*|enabl\w+|agreement|contract|"
    r"mo[au]|convenio|acuerdo|nominated|memorandum of|addendum|modification|grant(?:s|ed)?|appropriat\w+|allocat\w+|continu\w+|increas\w+|revenue|expect\w*|best efforts|pledg\w*|rais(?:e|es|ed|ing)|bonus\w*|(?:sheriff|police|deputies|officers) to|podran?|debera?n?)\b"
)
# What is cooperation by itself, and what is cooperation only where a word turns it or grants it.
_STRONG = (
    r"\b(?:honou?r\w*|compl(?:y|ies|ied|ying)(?= with\b| \w+ with\b|,)|co-?operat(?:e|es|ed|ing)|collaborat(?:e|es|ed|ing)|assist(?:s|ed|ing)?|aid(?:s|ed|ing)?|participat(?:e|es|ed|ing)|"
    r"partner\w*|enter(?:s|ed|ing)? into|detain(?!ees?\b|ers?\b)\w*|arrest(?:s|ed|ing)?|hold(?:s|ing)?(?! (?:at least )?(?:a |an |one |the )?(?:public |community |annual )*(?:hearing|meeting|forum))|held|"
    r"notif(?:y|ies|ied|ying)|transfer(?:s|red|ring)?|shar(?:e|es|ed|ing)|disclos\w+|exchang\w+|sending|interrogat\w+|inquir\w+|ask(?:s|ed|ing)?|solicit\w*|interview\w*|talk(?:s|ing)?(?= (?:to|with)\b)|speak(?:s|ing)?(?= (?:to|with)\b)|deputi[zs]\w*|delegat\w+|"
    r"(?:inform|advis|tell|alert|contact)\w*(?= (?:the |an? )?(?:\w+ ){0,3}(?:ICE\b|immigration|homeland|dhs\b|federal))|verif\w+|check(?:s|ed|ing)?|enforc(?:e|es|ed|ing)|functions of an immigration officer|perform\w* (?:\w+ ){0,3}(?:immigration|ICE)|support\w* (?:for )?(?:the )?(?:enforcement|federal|ICE|immigration|men and women)|full co-?operation|compliance(?= with [^.;]{0,30}(?:detainer|ICE\b|federal|immigration))|housing of|hous(?:e|es)(?= |$)|safekeeping|per diem|day rate|"
    r"carr(?:y|ying) out|serv(?:e|ing) (?:and execute )?warrants?|cooperar\w*|colaborar\w*|participar\w*|cumplir\w*|notificar\w*|compartir|compart[ae]n?|preguntar\w*|intervengan|detener\w*)\b"
)
_PROGRAMME = (
    r"287 ?\(?g\)?|\b1357 ?\(g\)|\bwarrant service officer\b|\bjail enforcement model|\btask force model|\bigsa\b|\binter-?governmental services? agreement|\bstonegarden\b|"
    r"\bstone garden\b|\bopsg\b|\blone star\b|\blocal border security|\bscaap\b|\bcriminal alien\w*|\billegal (?:aliens?|immigrants?|residents?)|\bfederal (?:prisoners?|detainees?|inmates?)\b|"
    r"\bus marshals?\b|\bmarshals?'?s?'? service|\blaken riley|\b(?:sb|senate bill|s\.b\.) ?(?:4|8|168|1070)\b|\b1373\b|\b1644\b|\bdetainees\b"
)
_WEAK = (
    r"\b(?:detainers?|immigration holds?|ICE|deport\w*|redadas?|raids?|sweeps?|immigration[- ](?:related )?enforcement|enforcement of (?:federal |civil )?immigration|immigration (?:agents?|officers?|officials?|authorit\w+|laws?|arrests?|status|detention|purposes|operations?)|"
    r"detention|detained|co-?operation|collaboration|compliance|assistance|notifications?|participation|involvement|joint operations?|task forces?|staging|masks?|masked|conceal\w*|(?:face|facial) coverings?|disguises?|flock|alprs?|license plate reader\w*|cameras|"
    r"border patrol|cbp|homeland security|federal (?:agents?|agenc\w+|officers?|authorit\w+|government)|agreements?|contracts?|contract\w*|data brokers?|companies|funds?|moneys?|monies|resources|personnel|equipment|facilit\w+|propert\w+|"
    r"provid\w+|giv(?:e|es|ing)|release|access|use[ds]?|expend\w*|spend\w*|respond\w*|inform|report(?:s|ed|ing)? to|permit|allow|enter|stop|question\w*|investigat\w+|transport\w*|assign\w*|engag\w+|"
    r"communicat\w+|admit\w*|collect\w*|maintain\w*|condition\w*|executive orders?|charter\w*|flights?|inmigracion|agentes|recursos|information|informacion|orden(?:es)? de retencion|retencion|policy|policies)\b"
)
# What a text stands for where it protects.
_SHIELD = (
    r"\bsanctuary\b(?! of)|\bsantuario\b|\bwelcoming (?:city|county|village|community|and)\b|\bcit(?:y|ies) of refuge\b|"
    r"\b(?:trust|values|safe communities|for all|keep washington working) act\b|\blegal (?:defen[cs]e|representation)\b|\bimmigration legal\b|"
    r"\bimmigrant legal\b|\blegal aid\b|\b(?:attorneys?|lawyers?) (?:for|to) (?:\w+ ){0,3}(?:residents|immigrants|families|people|tenants|persons)\b|\bremoval defen[cs]e\b|\bdeportation defen[cs]e\b|\bright to (?:legal )?counsel\b|\bimmigration attorney|\bdefensa legal\b|"
    r"\bICE[- ]free\b|\bseparation ordinance\b|\bsafe[- ]haven\b"
)
_GUARD = (
    r"\brecord requests\b|\bunmask\w*|\bwear (?:\w+ ){0,3}(?:names?|badges?|name ?tags?|identification)\b|\bdue process\b|\bknow[- ]your[- ]rights\b|\bhotline\b|\brapid response\b|\brepresentation (?:of|for)\b|\blegal protections\b|\bvisibl\w+ (?:\w+ ){0,2}identif\w+|"
    r"\bdisplay\w* (?:\w+ ){0,4}(?:name|badge|identification|insignia)|\bidentify themselves|\bbody cameras?\b|\bseparat(?:ion|\w+) between\b|\bconfidentialit\w+|"
    r"\bsafe (?:zone|space)s?\b|\bsafe havens\b|\bsafe and stable\b|\bregardless of\b(?! (?:the |that |a )?(?:[\w']+ )?(?:national origin|race|ethnicity))|\bwithout regard to\b|\bprotect(?:s|ed|ing|ion|ions)?\b(?! act of)|\bsafeguard\w*|"
    r"\bprivileged from\b|\bICE out act|\bamicus\b|\bnot as immigration\b|\bfourth amendment\b|\b(?:legal|civil|educational|their) rights\b|\bimpact fee\b"
)
# Words that say which way they point, however they are turned.
_PRO = r"\bsupport\w* (?:for )?(?:the )?(?:men and women of|ICE\b)|\binformation-communication restriction|\bnon-?interference\b|\b(?:thank|applaud|commend|prais|salut)\w*\b(?=[^.;]{0,60}(?:ICE\b|border patrol))|\bcertif\w+ (?:of|its|their) complian\w+|\bcomplian\w+ with\b.{0,30}\b(?:1373|1644)"
_CON = (
    r"\bnon-?local\b|\bv\.? (?:donald )?(?:j\. )?trump\b|\b(?:aggressive|callous|deceptive|warrantless|abus(?:e|es|ive)|unlawful|unconstitutional)\b(?= (?:\w+ ){0,4}(?:ICE|tactics|raids?|arrests?|agents?|immigration|federal|enforcement))|"
    r"\bharm\w* (?:\w+ )?disrupt\w*|\bterror\w* (?:\w+ ){0,3}communit\w+|\bchilling effect|\bfear (?:of|in|among|and)\b|\bprivate right of action|\bunjust\b|\bsue over\b|\bviolates? the (?:rights|constitution)|\bfatal shootings?|\bfederal responsibility\b|\bresponsibility of the federal|\bfunction of the federal|"
    r"\bexclusive\w* (?:to |of )?(?:the )?federal|\bjoin\w*\b[^.;]{0,40}\b(?:complaint|lawsuit|litigation|suit|brief)\b|\bchalleng\w+\b[^.;]{0,60}\b(?:orders?|conditions)\b"
)
# A fresh start of a title that strings its acts together.
_ANEW_VERB = r"(?<=, )(?:and )?(?:re)?(?:affirming|confirming|declaring|designating|establishing|supporting|urging|calling (?:up)?on|directing|requiring|providing|creating|adding|authorizing)\b"
# A condition on what is granted: a judge's word, an approval, a bare "only".
_JUDGE = (
    r"\b(?:only|unless|without|absent|requir\w+|presents?|presented|presentation|accompanied|supported|salvo|sin)\b[^.;]{0,140}?"
    r"\b(?:judicial\w*|judge|magistrate|court orders?|criminal warrants?|subpoena|signed by|orden judicial)\b|"
    r"\b(?:may|shall|will|must) only\b|\bonly (?:if|when|upon|where|after|in response|to the extent)\b|\brequir\w+ (?:the )?(?:prior |written )*(?:approval|consent)\b"
)
_TOKEN = re.compile(
    "|".join(
        f"(?P<{name}>{pattern})"
        for name, pattern in (
            ("judge", _JUDGE), ("pro", _PRO), ("con", _CON), ("shield", _SHIELD), ("guard", _GUARD), ("neg", _NOT), ("against", _AGAINST), ("strong", _STRONG),
            ("programme", _PROGRAMME), ("anew", _ANEW_VERB), ("on", _FOR), ("weak", _WEAK),
        )
    )
)  # fmt: skip
# What would read as a turn or an object and is none.
_LEVEL = (
    (re.compile(r"\bmay be (?:terminated|cancell?ed)\b[^.;]{0,80}"), " "),
    (re.compile(r"\b((?:agreements?|contracts?|memorandum|mo[au]|igsa|programs?|leases?|participation)\b[^.;]{0,60}?)\b(?:shall|will|must|is to|are to|does) (?:end|expire|terminate|cease|lapse)\b"), r" terminate \1 "),
    (re.compile(r"\b(?:u\.?s\.? |united states )?(?:bureau of )?immigration (?:and|&) customs? enforcement\b"), "ICE"),
    (re.compile(r"\b(?:non-?local |federal |state |local )?(?:and local )?law enforcement\b(?! assist)"), "police"),
    (re.compile(r"\b(?:no|not) (?:later|more|less|fewer|longer (?=than\b)|earlier|greater|(?:be )?limited|exceed\w*|only|to exceed|be limited)\b"), " "),
    (re.compile(r"\bnos?\. ?(?=\d)|\bno\.(?= )"), " "),
    (re.compile(r"\blimited to\b|\bwithout limitation\b|\bknow not\b|\bholding cell|\bcourt of competent jurisdiction"), " "),
    (re.compile(r"\brequests? for (?:proposals?|bids)|\bcase-?load|\bend\]?$"), " "),
    (re.compile(r"\bfederal grants? assist\w*|\bcriminal alien assistance|\b(?:police|emergency|legal|technical|public) assistance\b"), " "),
    (re.compile(r"\b(?:individuals?|persons?|people|inmates?|anyone|those|prisoners?|residents|families|immigrants) (?:who (?:is|are) )?(?:being )?(?:held|detained|arrested)\b"), " person "),
    (re.compile(r"\bfail(?:s|ed|ing|ure)? to comply\b|\bprohibited (?=disclos|purpos|use|assist)|\b(?:semi-)?restricted (?=area|space|zone)"), " "),
    (re.compile(r"\bcustoms and border protection\b"), "cbp"),
    (re.compile(r"\buntil (?:the |such |that |an?y? )?[^.;]{0,60}\b(?:repealed|rescinded|no longer in effect)\b"), " "),
    (re.compile(r"\b(?:except|unless|save) (?:(?:as|where|when|to the extent|otherwise|that|such) )*(?:(?:expressly|specifically|otherwise|is|are|may be|such \w+ is) )*(?:required|permitted|provided|prohibited|authorized|directed|mandated|allowed)(?: or (?:required|permitted|provided|prohibited|authorized))? (?:by|under|in|pursuant to)\b(?: (?!shall|may|must|no\b)[\w.'§-]+){1,8}?(?=[,.;]|$| (?:shall|may|must|no)\b)"), " "),
    (re.compile(r"\bwithout (?:unnecessary|undue|unreasonable) delay\b|\blimited (?=use\b|term\b|purpose|scope|liabilit|partnership)|\bnot charged\b|\bnot (?:an? )?(?:u\.?s\.? |united states )?citizens?\b"), " "),
    (re.compile(r"\bden(?:y|ies|ied|ying) (?:[\w']+ ){0,3}(?:release|bail)\b"), " hold "),
    (re.compile(r"\bstatutes? of limitations?\b|\blimitations? of liability\b|(?:^|(?<=[.;] ))if [^,;.]{0,120}\b(?:repealed|enjoined|invalid\w*|struck down|held)\b[^,;.]{0,60},"), " "),
    (re.compile(r"\b(?:no (?:\w+ ){1,6}(?:shall|may)|(?:shall|may|must) not) (?:retaliate|discriminate|discipline|penali[sz]e|take (?:any |adverse )*action)\b[^.;]{0,80}?\bfor\b"), " may allow "),
    (re.compile(r"\b(?:(?:shall|may|is|are|will) not (?:be )?(?:held )?(?:civilly |criminally )?liable|immune from (?:\w+ )?liability)\b[^.;]{0,60}?\bfor\b"), " may allow "),
    (re.compile(r"\b(?:who|that|which) ([^.;]{0,120}?) (?:(?:shall|may|is|are|will) not (?:be )?(?:held )?(?:civilly |criminally )?liable|(?:is|are|shall be) immune)\b"), r" may allow \1 "),
    (re.compile(r"\b(?:suspension|prohibition|moratorium|restriction|ban|bar|limit|limitation)s? (?:of|on|against) ([^.;]{1,120}?) (?:is|are|be|was|were|has been|have been) (?:hereby )?(?:lifted|removed|ended|rescinded|repealed|withdrawn|deleted|struck)\b"), r" renew \1 "),
    (re.compile(r"\b(?:provid|giv|send)(?:e|es|ing) (?:\w+ ){0,2}notice to\b"), " notify "),
    (re.compile(r"\buntil [^.;]{0,60}\b(?:ends?|stops?|ceases?)\b"), " because of "),
    (re.compile(r"\breport(?:s|ed|ing)? (?:to (?:the|its) [^.;,]{0,40} )?(?:any|all|each|every|the) (?:such )?(?:requests?|inquir(?:y|ies))\b(?: (?:for|to|from|by) [^.;,]{0,120})?"), " record requests "),
    (re.compile(r"\b(?:not|un)[ -]?(?:been )?lawfully (?:present|admitted|in the)|\bno lawful (?:status|presence)\b"), "without papers"),
    (re.compile(r"\b(?:shall|may|must) not (?:be )?releas(?:e|ed)\b(?= (?:(?:the|an?y?|such|that) )?(?:person|inmate|prisoner|individual|alien|detainee|defendant|until|unless|before)\b)"), " shall hold "),
    (re.compile(r"\bask(?:s|ed|ing)?\b(?=[^.;]{0,80}\b(?:agents?|officers?)\b[^.;]{0,40}\b(?:credential|identif|badge|a warrant))"), " identify themselves "),
    (re.compile(r"\bdisclos\w+ (?:\w+ ){0,3}contracts?\b"), " "),
    (re.compile(r"\b(?:shall|does|do|will) not apply\b|\bmay (?:(?:make|allow) exceptions|waive|exempt\w*|grant (?:an? )?(?:waivers?|exemptions?|exceptions?))\b"), " shallnotapply "),
    (re.compile(r"\bnot (?=includ(?:e|es|ing)\b)"), " "),
    (re.compile(r"\b(?:agreements?|contracts?|memorandum|mo[au]|igsa)\b[^.;]{0,40}?\b(?:is|are|was|were|be|been) (?:hereby )?(?:terminated|cancell?ed|rescinded|suspended|ended)\b"), " terminate co-operation "),
)  # fmt: skip
# Semicolons between those whom a "no" names part no clauses.
_LISTED = re.compile(
    r"\bno (?:(?!\b(?:shall|may|must|will)\b)[^.]){1,200};(?:(?!\b(?:shall|may|must|will)\b)[^.]){1,200}\b(?:shall|may|must|will)\b"
)
_CLAUSE = re.compile(
    r"(?<=[\w)\]\"'][\w)\]\"'][\w)\]\"'][.;?!])\s+|:\s+(?=\(|\d|[a-z]\)|-|\*)|\s(?=\((?:\d{1,2}|[a-z]|[ivx]{1,4})\) )|\s\|\s|[;,]? (?:and )?(?=whereas\b|be it (?:further )?resolved|now,? therefore|this (?:bill|resolution|ordinance) would\b)"
)
_ITEM = re.compile(r"^(?:\((?:\d{1,2}|[a-z]|[ivx]{1,4})\)|(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]|-|\*)\s")
_LINK = re.compile(r"\W*(?:or|and)?\W*")
_DEFINES = re.compile(
    r"^.{0,80}\b(?:means|shall mean|is defined as)\b|^.{0,12}\"[^\"]{2,60}\"[^.]{0,30}\b(?:mean|include)s?\b|\bthe term\b.{0,80}\b(?:mean|include)s?\b"
)
_SAVES = re.compile(
    r"\bnothing\b.{0,120}\b(?:prohibit|prevent|preclude|restrict|limit|bar)\w*|"
    r"\b(?:this|these) (?:section|subsection|chapter|article|ordinance|policy|act|resolution|provisions?|prohibitions?|restrictions?)\b[^.;]{0,40}\b(?:does|do|shall|may|is|are) not (?:be construed to |intended to )?(?:prohibit|prevent|preclude|restrict|limit|bar)\w*"
)
# A saving clause for crimes is every such law's; only one for civil enforcement lets it in.
_CRIMINAL = re.compile(
    r"\b(?:criminal|crimes?|felon\w+|judicial|judges?|court|subpoenas?|public safety)\b(?!.*\b(?:civil|administrative|immigration))"
)
# Who does it is punished: what the clause says of the deed points the other way.
_PUNISHED = re.compile(
    r"\b(?:(?:punish|penali[sz])\w*(?=[^.;]{0,60}\b(?:local\w*|count(?:y|ies)|cit(?:y|ies)|municip\w+|agenc\w+|entit\w+|officials?|sheriffs?|jurisdictions?)\b)|to enjoin (?:an?y? )?(?:county|city|local|municipal|political|entity|agency|jurisdiction)\w*|removed from office|(?:may|shall|to) sue(?! (?:over|to (?:stop|block)|ICE|the (?:federal|united|trump|president)))|(?:bring|file) an? action against|subject to (?:an? |the )?(?:loss|civil penalt|fine|removal|forfeit)\w*|"
    r"shall (?:forfeit|lose)|(?:ineligible|not (?:be )?eligible) (?:for|to)|loss of state)\b"
)
# A rule against rules that limit: what may not be adopted, or is void, is the limit itself.
_FREE = r"(?:(?!\b(?:shall|may|must|will)\b)[^.;])"  # words of one verb's reach
_ADOPT = r"(?:adopt|enact|have|implement|maintain|promulgate|pass|establish|issue|create|impose|enforce|endorse|adhere|take|put|place)\w*"
_RULED = r"(?:polic(?:y|ies)|ordinances?|rules?|resolutions?|practices?|procedures?|regulations?|directives?|laws?|orders?|actions?|measures?|restrictions?|limitations?)"
_HINDER = r"(?:limit|restrict|prohibit|prevent|discourag|interfer|imped|hinder|bann?(?:s|ing)?\b|bar(?:s|ring)?\b|preclud|obstruct|forbid|disallow|constrain)\w*"
_NONE_MAY = rf"(?:\b(?:no|neither)\b{_FREE}{{0,240}}\b(?:shall|may|must|will)\b|\b(?:shall|may|must|will|can) ?not\b|\bprohibit\w* {_FREE}{{0,120}}\bfrom\b|\bunlawful for\b)"
_PREEMPTS = re.compile(
    rf"{_NONE_MAY} {_FREE}{{0,60}}?\b{_ADOPT}\b{_FREE}{{0,160}}?\b{_RULED}\b{_FREE}{{0,80}}?\b{_HINDER}|"
    rf"{_NONE_MAY} (?:[\w,]+ ){{0,4}}?{_HINDER}\b(?!{_FREE}{{0,30}}\b(?:to|by) (?:ICE|immigration|federal))|"
    rf"\b{_RULED}\b{_FREE}{{0,60}}\b{_HINDER}{_FREE}{{0,200}}\b(?:is|are|shall be) (?:hereby )?(?:void|prohibited|unenforceable|preempted|invalid|null|repealed)|"
    rf"\bno (?:restraints?|restrictions?|limitations?|limits?|impediments?|obstacles?)\b"
)
# What may not be hindered: their work for, with and towards the enforcement.
_SERVED = re.compile(
    r"\b(?:enforc\w+|co-?operat\w+|assist\w*|communicat\w+|comply\w*|complian\w+|report\w*|shar\w+|exchang\w+|send\w*|transmit\w*|inquir\w+|ask\w*|verif\w+|participat\w+|notif\w+|detainers?|information|support\w*)\b"
)
_PASSIVE = re.compile(r"(?:ed|void|withdrawn|forbidden)$")
_ALONGSIDE = re.compile(
    r"(?:,|(?:\bor|\band|and/or|/|as well as)(?: that| which)?) ?(?:in any (?:way|manner) |otherwise )?(?:\w+ly )?(?:to )?$"
)
_ASKED = re.compile(r"\b(?:receiv\w+|receipt of|whenever|in the event)\b.{0,40}\brequests?\b|\bserves as a request\b")
_UNDOES = re.compile(
    r"remov|end|eliminat|lift|rescind|repeal|delet|strik|drop|abolish|discontinu|terminat|suspend|waiv|relax|ceas"
)
# Only leave, or a signature, makes a bare mention count as cooperation; a duty must name an act.
_LEAVE = re.compile(
    r"may|permit|allow|approv|accept|renew|exten|execut|ratif|award|agreement|mo[au]|memorandum|addendum|modification|podra"
)
NESTED = 60  # characters within which one turning verb governs the next: "repeal laws that limit"
_ANEW = re.compile(r"\b(?:and|but)(?: [\w-]+){0,2} $")


def leaning(low: str) -> tuple[float, float]:
    """How strongly a folded, lower-case text limits and how strongly it expands (each 0 or more)."""
    low = _LISTED.sub(lambda listed: listed[0].replace(";", ","), low)
    for pattern, other in _LEVEL:
        low = pattern.sub(other, low)
    limit = expand = 0.0
    head = False
    for clause in _CLAUSE.split(low):
        item = bool(_ITEM.match(clause))
        less, more, turned = _clause(clause, head and item)
        limit, expand = limit + less, expand + more
        if _LINK.fullmatch(clause):
            continue
        if not item or not head:
            head = turned and not clause.endswith((".", ";"))
        elif clause.endswith("."):
            head = False
    return limit, expand


@lru_cache(maxsize=2048)
def _clause(clause: str, turned: bool) -> tuple[float, float, bool]:
    """(limits, expands, whether it ends turned) of one clause, which may stand under a head that was turned."""
    if _PREEMPTS.search(clause) and _SERVED.search(clause) and not turned and not _SAVES.search(clause):
        return 0.0, 2.0, False
    negated, verbs = turned, 0
    punished = _PUNISHED.search(clause) is not None
    granted, leave, judged, freed = punished, False, False, False
    found: list[tuple[float, int, int, str]] = []  # weight, sign, place, kind
    last = ("", 0)
    for token in _TOKEN.finditer(clause):
        kind, start = token.lastgroup or "", token.start()
        left = clause[max(start - 24, 0) : start]
        if kind == "neg":
            if token[0] == "nor" or _ALONGSIDE.search(left):
                verbs = 0
            negated = True
        elif kind == "against":
            titled = left.rstrip().endswith(",") and token[0].endswith(
                ("ions", "ion")
            )  # "repealing chapter 8, limitations on …"
            beside = (
                (_ALONGSIDE.search(left) and not titled)
                or last[0].startswith("morator")
                or (verbs and start - last[1] > NESTED)
            )
            verbs = max(verbs, 1) if beside else verbs + 1
            last = (token[0], start)
        elif kind == "on":
            if token[0] in ("shall", "may", "must", "will") and _ANEW.search(left) and not clause.startswith("no "):
                negated, verbs = turned, 0
            granted, leave = True, leave or bool(_LEAVE.match(token[0]))
        elif kind == "anew":
            negated, verbs, granted = turned, 0, True
        elif kind == "judge":
            undone = (
                token[0].startswith("requir")
                and bool(verbs)
                and bool(_UNDOES.match(last[0]))
                and start - last[1] <= NESTED
            )
            freed, judged = freed or undone, not undone
        elif kind in ("pro", "con", "guard"):
            found.append((1.0 if kind == "guard" else 2.0, 1 if kind == "pro" else -1, start, kind))
        else:
            turns = negated + verbs
            sign = -1 if turns % 2 else 1
            found.append((_weight(kind, turns, granted, leave), -sign if kind == "shield" else sign, start, kind))
    if last[0] and _PASSIVE.search(last[0]) and found and not any(place > last[1] for _, _, place, _ in found):
        found = [(max(weight, 1.0), -sign, place, kind) for weight, sign, place, kind in found]
    less, more = _side(found, -1), _side(found, 1)
    if judged and found and not negated and not verbs:
        less, more = less + 1.0, 0.0
    if freed and found:
        less, more = 0.0, max(less, more, 1.0)
    kinds = {(kind, sign) for weight, sign, _, kind in found if weight}
    if ("shield", 1) in kinds and ("con", -1) not in kinds:
        less = 0.0  # what may not be enforced is the sanctuary policy
    if punished:
        less, more = more, less
    if _ASKED.search(clause) and not negated:
        more = 0.0
    if "shallnotapply" in clause:
        less, more = 0.0, 1.0
    if _SAVES.search(clause):
        less, more = 0.0, 0.25 if _CRIMINAL.search(clause) else max(more, 1.0)
    if _DEFINES.match(clause):
        less = more = 0.0
    return less, more, bool((negated + verbs) % 2)


def _side(found: list[tuple[float, int, int, str]], side: int) -> float:
    """The heaviest object that points that way, and a little for each further one."""
    weights = [weight for weight, sign, _, _ in found if sign == side and weight]
    return max(weights) + min(len(weights) - 1, 5) / 16 if weights else 0.0


def _weight(kind: str, turns: int, granted: bool, leave: bool) -> float:
    if kind == "shield":
        return 1.0
    if turns:
        return 0.5 if kind == "weak" and turns == 1 else 1.0
    if kind == "weak":
        return 0.5 if leave else 0.0
    return 1.0 if granted else 0.0
