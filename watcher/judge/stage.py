"""How far a matter has come, in the field's own words; "unknown" where the text does not say.

Codes are those of the taxonomy. "Filed" means *introduced* in most clerks' systems and *dead* in New York City.
"""

from __future__ import annotations

import re

_NEW_YORK = re.compile(
    r"new york city|city of new york|filed,? by (?:committee|council)|\bint\.? (?:no\.? )?\d{3,4}-\d{4}|committee on [a-z ]+\blocal law"
)
_DEAD = re.compile(r"\bfiled\b(?! with| by the applicant|ing)|end of session")

# The first that matches wins: what ends a matter before what begins it, what is stated before what is implied.
_STAGES: tuple[tuple[str, str], ...] = (
    ("adopted", r"\bveto (?:was |is |has been )?(?:overridden|overturned)\b|\boverr(?:ode|idden)\b|\bbec(?:ame|omes|ome) (?:a )?law\b|\bcity charter rule adopted\b|\bsigned (?:into law|by (?:the )?governor)|\bgovernor signed\b|\bvoted unanimously to (?!table|postpone|deny|reject|continue|send|refer)|\bse aprobo\b|\b(?:aprobad|adoptad|promulgad)[oa]s? (?:por|en)\b|\bwithout (?:the )?(?:mayor|governor|county executive|executive)'?s? signature|\b(?:concejo|consejo|junta|ayuntamiento) (?:municipal )?(?:aprobo|adopto)\b|\bchaptered\b"),
    ("repealed", r"^\W*(?:discontinued|terminated|ended|cancell?ed) [^.;]{0,60}\b(?:agreement|contract|policy|program|participation|mo[au])\b"),
    ("vetoed", r"\bveto(?:ed|es)?\b|\bvetad[oa]\b|\bdisapprov(?:ed|al)\b|\breturned (?:\w+ )?(?:unsigned|unapproved|without (?:approval|signature))|\breturned\b[^.;]{0,40}\bobjections\b"),
    ("tabled_withdrawn", r"\bnot (?:adopted|approved|enacted)\b|\bmotion (?:failed|lost|to postpone indefinitely)|\bvoted down\b|\b(?:removed|pulled|stricken|struck|taken) (?:from|off) (?:the )?agenda|\b(?:was|were|resolution|ordinance|motion|bill|item) defeated\b|\bdefeated (?:on|by|\d)|\bretirad[oa] (?:de|por)\b|\brechazad[oa] (?:por|en)\b|\blaid on the table\b|\bwithdrew\b|\b(?:motion|resolution|ordinance|bill|item|measure)(?: [\w.-]{1,12})? (?:fails|is lost|dies|was rejected|rejected|killed)\b|\bno action (?:was )?taken\b|\bindefinitely (?:postponed|tabled|deferred|continued)\b|\btable (?:the|this) (?:item|resolution|ordinance|motion)\b|\bdefers? indefinitely\b|\bstricken from (?:the )?(?:file|agenda)|\btabled?\b(?! of contents)|\bwithdrawn\b|\bwithdrawal of (?:the |this )?(?:item|motion|resolution|ordinance|bill|proposal|request|application)\b|\bwithdraw from (?:the )?(?:agenda|consideration)|\b(?:has been|to be) withdrawn|continued indefinitely|\bfailed(?: to pass)?\b(?! to (?!pass))|\bdied\b|end of session|postponed indefinitely|(?<!amended and )(?<!received and )\bplaced on file\b(?! as)"),
    ("repealed", r"\[?(?:is|are|hereby|was|were)? ?(?:hereby )?repealed\b\.?\]?|\brescinded\b|\breserved\]?\.?$|\[reserved\]|deleted in its entirety|\b(?:ordinance|resolution|act|law) repealing\b|^\W*(?:item )?(?!urging)[\w.-]{0,6} ?repeal of\b|\bse deroga\b|\bderogad[oa]\b|^\W*(?:\w{1,4}[.)] )?repeal(?:ing|s)? (?:of )?(?:ordinance|resolution|chapter|section|article|sec\.|ch\.|policy|the )|\brepealed (?:by|and reserved)|\bsunset(?:ted)?\b(?= on| as of)"),
    ("first_reading", r"\bpassed (?:on |upon )?(?:1st|first) reading\b"),
    ("adopted", r"\b(?:adopted|enacted|passed and adopted) (?:on|upon|at) (?:the |its )?(?:2nd|second|3rd|third|final)\b"),
    ("second_reading", r"\breading \((?:second|2nd|final|third)\)|\bread\b[^.;]{0,60}\b(?:for )?the (?:second|third|final) time|\b(?:2nd|second) rdg?\b|\bsegunda (?:y (?:ultima|final) )?lectura\b|\b(?:2nd|second|third|3rd|final) read(?:ing)?\b|\bfinal passage\b|unfinished business"),
    ("first_reading", r"\b(?:1st|first) reading\b|\bread\b[^.;]{0,60}\b(?:for )?the first time|\breading \((?:first|1st)\)|\b(?:1st|first) rdg?\b|\bpasses first reading|\bprimera lectura\b"),
    ("amended", r"\bcommittee amendment|\b(?:was|were|been|as|is) (?:further )?amended (?!by (?:house|senate|assembly|h\.?b|s\.?b|ord|the (?:addition|deletion|insertion) of|adding|striking|deleting|inserting|replacing|substituting|repealing|changing|removing|revising|local law|act|chapter|section)|to (?:read|add|include|provide|state|say|delete|require)|as follows|in 1|in 20|from time)|^\W*amendment (?:no\.? ?)?\d|\bamendments? (?:no\.? ?\d+ )?(?:to [^.;]{0,60} )?(?:accepted|adopted|offered|carried|approved)|\bfriendly amendment|\bamended in (?:committee|council)|\bsubstitute (?:was )?(?:adopted|offered|accepted)|\bamended (?:on|from) the floor|\bamended and (?:placed|reported|passed)|\breported\b[^.;]{0,30}\bwith amendments?\b|\bsubstitute (?:bill|motion|item|no)\b|\bproposed int\.? (?:no\.? )?\d{2,4}-[a-h]\b|\benmendad[oa]\b|\b(?:adopted|approved|passed|reported|moved) as amended\b(?! by (?:house|senate|assembly|h\.?b|s\.?b))|\bamended by (?:the )?(?:committee|council)|amendment proposed|\bamended substitute|\bstriking amendment|\bsubstitute (?:ordinance|resolution|to file)|committee substitute|\bversion:? [a-h]\b|\baddendum to (?:extend|amend|the)\b"),
    ("adopted", r"\b(?:supervisors|commissioners|trustees|aldermen|alders|legislators|legislature|selectboard|committee of the whole|directors|council ?members) (?:\w+ly )?(?:adopted|approved|enacted|passed|voted to (?:approve|adopt|enact|terminate|end|enter))\b|"
     r"(?:^|[.;:] ?|\bitem )(?:approved|adopted|passed|enacted|carried)\b(?= ?(?:\d|unanimously|on (?:a )?(?:vote|consent|second|final|third)|as (?:presented|submitted|an emergency|emergency)|by (?:a )?(?:vote|unanimous|voice|roll)|[.;,]|$))|\bstatus: ?(?:approved|adopted|passed|enacted|final|signed)|\b(?:was|were|been|be it|and|unanimously|council|board|court|county board) (?:adopted|approved|enacted|passed)\b|^(?:adopted|enacted|passed|approved|signed)\b|\bapproved by (?:the )?(?:county )?(?:board|council|mayor)|\badopted by (?!committee)|\bsigned (?:into law|by (?:the )?(?:mayor|governor|county executive|executive))|\b(?:resolution|ordinance|bill|item) (?:carried|passed|adopted)\b(?! (?:as to|in))|\b(?:ordinance|resolution|bill)(?: no\.?)? [\w.-]{1,12} (?:was )?(?:adopted|passed|approved|enacted)\b|\bvoted \d+ ?- ?\d+ (?:to|in favor)\b|\b(?:city |county |town |village |school )?(?:board|council|trustees|commission(?:ers)?|committee of the whole|legislature|senate|house|assembly|selectboard|supervisors|aldermen) (?:of [a-z]+ )?(?:\w+ly )?(?:adopt(?:s|ed)|approve[sd]|enact(?:s|ed)|pass(?:es|ed)|ratifie[sd])\b|\bse (?:aprueba|adopta)\b|\d{4}, [\w .'-]{3,60}, (?:adopted|approved|enacted|passed|signed)\b|\b(?:resolution|ordinance|motion|bill|item|measure)(?: [\w.-]{1,12})? (?:carries|passes|prevail\w+)\b(?! (?:on|first))|\b(?:adopted|passed|approved) \d+ ?- ?\d+\b|\b(?:resolution|ordinance|bill|law) (?:was )?signed\b|\bmotion (?:carried|passed)|\bvoted? (?:[\w-]+ ){0,4}(?:to approve|in favor|to enter)|\bpassed (?:and|by|on)\b|\b(?:was|were|status:?|hereby) enacted\b|^\W*enacted\b|\bordained\b|\bchaptered\b|(?<!is )(?<!are )(?<!be )\bapproved\b(?=\.|$|;| \w+day)|\b(?:local law|law) (?:number|no\.?) \d|\bpassed and (?:adopted|approved)"),
    ("adopted", r"\b(?:mayor|governor|county executive|executive|sheriff|manager) (?:has )?signed\b|\b(?:passed|adopted|enacted|approved) (?:an? |the )?(?:[\w-]+ ){0,2}(?:resolution|ordinance|law|policy|measure|executive order)\b(?! (?:on|upon) first)"),
    ("adopted", r"\bvoted: ?so\b|\bso (?:voted|passed|ordered)\b|\bby a vote of \d+ ?(?:-|to) ?\d+\b"),
    ("referred", r"\b(?:reported from|approved by) committee\b|\breferred\b(?! to (?:it|them|him|her|in|as|by|herein)\b)|\bmo(?:ved|tion) to refer\b|^\W*(?:re-?)?refer(?:ral)? (?:back )?to\b|\b(?:re)?committed to (?:the )?[\w ]{0,40}committee|\b(?:held|remains) in (?:the )?[\w ]{0,20}committee|\b(?:continued|postponed|carried over|laid over|held over) (?:to|until) (?!indef)|\bheld for (?:one|two|\d) (?:week|meeting)|\baplazad[oa]\b|\bassigned to (?:the )?[\w ]{0,40}committee|\bse (?:remitio|refirio|envio) al? comite|\bremitid[oa] al? comite|\breferral to\b|\bin committee\b|\blaid over\b|\bin control\b(?=: ?committee)|\brecommended (?:sending|to the full)|\bsent to\b|\bcontinued to\b|\bdeferred\b(?! action| comp| maint)"),
    ("consent", r"^\W*consent\b(?! (?:to|of|decree))|\bconsent (?:calendar|agenda|items?)\b|\b(?:calendario|agenda) de consentimiento\b|\b(?:on|by) (?:the )?consent\b(?=\W|$)(?! of)"),
    ("report", r"\(?\binformation(?:al)? only\b|\breceived and placed on file\b"),
    ("introduced", r"\bdiscussion and direction\b|\bdirection (?:to|regarding) (?:staff|options)\b"),
    ("hearing", r"(?<!setting a )\bpublic hearing\b|\bnotice of hearing\b|^\W*hearing\b|[.;] hearing (?:on|to)\b|\b(?:hold|conduct) (?:a |an |the )?(?:public |community |annual )*(?:hearing|forum)|\b(?:study|work) session\b|\baudiencia publica\b|\bforo comunitario\b|\bhearing held\b|\bhearing\b(?= ?-|:)|\bcommunity (?:forum|meeting)\b|\bforo sobre\b|\bvistas? publicas?\b|\b(?:hear|take|receive) (?:public )?(?:testimony|comments?)\b|\bpublic (?:input session|listening session)|\btown hall\b|\boversight hearing\b|\btruth act\W+(?:community )?forum\b|\bpublic forum\b|\bdiscuss(?:ion)? and (?:possible|consider|direction)|\bconsider (?:recommendations|opposition|directing)|\bset a hearing|\breceive public comment\b"),
    ("consent", r"\breceive and file\b|\broutine (?:items?|matters?)\b"),
    ("introduced", r"\bintroduc(?:ed|tion)\b(?! (?:into evidence|to the (?:topic|subject)))|\bto be introduced\b|\b(?:para|en) su introduccion\b|\bintroduce (?:an |the )?(?:ordinance|resolution|bill)|\bfor introduction\b|\bnotice of (?:intent|motion)\b|\bpre-?filed\b|\bpresentad[oa] por (?:el|la) (?:concejal|regidor|supervisor)|\bintroducid[oa]\b|\bmocion presentada\b|\b(?:staff|attorney|manager|counsel) (?:\w+ ){0,3}(?:to|shall) (?:return|come back|draft|prepare)\b[^.;]{0,30}\b(?:draft|ordinance|resolution)|\bdirect introduction\b|\bproposed (?:ordinance|resolution|int\b)|\bdirect\w* (?:staff|county counsel|the city (?:attorney|manager)) to (?:draft|prepare)|\bfiled\b(?! (?:with|by the applicant|in (?:court|the))\b)|\bif adopted\b"),
    ("report", r"\binformation(?:al)? (?:only|item|report)\b|\bannual (?:report|submission)\b|\bthis is an informational\b|\bstatus report\b|^\W*(?:[\w']+ ){0,3}(?:monthly|quarterly|semi-?annual|annual|year-?end)\b[^.;]{0,40}\b(?:report|statistics|data|figures)\b(?! (?:shall|must|is due))|^\W*(?:receive|accept|hear) [^.;]{0,60}\breport\b|\bdiscussion only\b|\bno action (?:required|requested|needed|is requested|will be taken)\b|\bfor information\b|\bactivity report\b|\boral report\b|\bpresentation (?:only|by the sheriff)\b|^\W*(?:staff|sheriff's?|chief's?) (?:update|report|presentation)\b|^\W*informe (?:anual|trimestral|mensual|del)\b|\breceive (?:a |the )?report\b"),
)  # fmt: skip
_PATTERNS = tuple((code, re.compile(pattern)) for code, pattern in _STAGES)

# A register's own field says it best: "Status: Approved", "Final action: Vetoed".
_FIELD = re.compile(
    r"\b(?:status|final action|action taken|action|result|disposition|outcome|vote result): ?([a-z'() -]{3,50})"
)

# What a bill would have reported is no report.
_BILL = re.compile(r"\b(?:bill|ordinance|resolution|local law|act) would\b|\bwould (?:also )?require\b")

# Words that, newly standing in a text, are a step of its matter.
STEP = re.compile(
    r"\b(?:introduced|referred|laid over|in committee|hearing (?:held|scheduled)|public hearing|approved|adopted|passed|enacted|signed|vetoed|veto|"
    r"overrid\w+|disapprov\w+|reported from|filed|withdrawn|tabled|postponed|continued|deferred|failed|repealed|rescinded|reserved|"
    r"(?:first|second|third|final) reading|final passage|consent (?:calendar|agenda)|action items?|amended by|amendment proposed|"
    r"sent to (?:the )?mayor|committee|cancell?ed|effective)\b"
)

# A part of an agenda is a stage of what stands under it.
_PARTS = tuple(
    (code, re.compile(rf"\W*(?:(?:part|section|[ivxlc]{{1,5}}|[a-z]|\d{{1,2}})[.):]\s*)?{words}\W*", re.IGNORECASE))
    for code, words in (
        ("consent", r"(?:the )?consent (?:calendar|agenda|items?)"),
        ("hearing", r"(?:advertised |noticed |scheduled )?public hearings?"),
        ("second_reading", r"(?:ordinances? (?:for|on) )?(?:second|final) readings?(?: of ordinances?)?"),
        ("first_reading", r"(?:ordinances? (?:for|on) )?first readings?(?: of ordinances?)?"),
    )
)


def stage_under(headings: str) -> str:
    """The stage that the innermost of the headings, one a line, gives to what stands under it, or "unknown"."""
    for heading in reversed(headings.splitlines()):
        for code, part in _PARTS:
            if part.fullmatch(heading.strip()):
                return code
    return "unknown"


def stage(low: str, around: str = "") -> str:
    """The stage that a folded, lower-case text states, or "unknown". `around` tells whose words they are."""
    if not low.strip():
        return "unknown"
    for stated in _FIELD.findall(low):
        code = stage(stated, low + around)
        if code != "unknown":
            return code
    for code, pattern in _PATTERNS:
        if pattern.search(low) and not (code == "report" and _BILL.search(low)):
            if code == "introduced" and _DEAD.search(low) and _NEW_YORK.search(low + "\n" + around):
                return "tabled_withdrawn"
            return code
    return "unknown"
