"""What the readers of many vendors need alike: how clerks write, how a body is opened, what a reading leads to.

    marks      dates, times, standing and amendment words in a clerk's text
    pages      a response as a parsed page, JSON or document, or the reason why it is none
    feeds      a response as the entries of an RSS or Atom feed
    codes      headings, numbered lines and publishers' notes of codes of law
    shelves    meetings from pages that only hold dated papers (rows, papers, filenames)
    following  requests for what was found, in the order of its worth
    outline    an agenda as it is read, row by row
    agenda_text  an agenda's items in the text of a document (agenda_words, numbering: how clerks word and count)
    records    JSON answers as objects whose fields may be missing or null

Pure. Readers reach it through the front desk (`from watcher.platforms import codes, following, marks …`).
"""

from watcher.reading import attending, codes, feeds, following, marks, outline, pages, records, shelves

__all__ = ["attending", "codes", "feeds", "following", "marks", "outline", "pages", "records", "shelves"]
