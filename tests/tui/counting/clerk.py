"""A client without a screen that counts, run by tests in a process of its own so that it can be killed.

Arguments: server, token, how many lines to count in this run. Says `counted <n>` when a line is in the journal, and
`done` when all that was counted is posted. Line n holds n + 1.
"""

import asyncio
import sys
from decimal import Decimal

from tui.config import Launch
from tui.counting.count import Count
from tui.counting.desk import counts_dir
from tui.counting.journal import Journal
from tui.counting.local_book import LocalBook
from tui.counting.poster import Poster
from tui.counting.server_book import ServerBook
from tui.session import Session


async def work(url: str, token: str, number: int) -> None:
    session = Session(Launch(url, token=token))
    await session.connect()
    journal = Journal(counts_dir())
    (sheet,) = journal.sheets()
    book = ServerBook(session) if sheet.session is not None else LocalBook(session, patience=0.05)
    with journal.claimed(sheet.key):
        poster = Poster(journal, sheet, book, pauses=(0.05,))
        posting = asyncio.create_task(poster.run())
        count = Count(journal, sheet)
        for _ in range(number):
            line = count.at
            if line is None:
                break
            await asyncio.to_thread(count.record, Decimal(line.number + 1))
            print(f"counted {line.number}", flush=True)
            poster.nudge()
        while journal.waiting(sheet.key):
            poster.nudge()
            await asyncio.sleep(0.005)
        posting.cancel()
    journal.close()
    await session.close()
    print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], sys.argv[2], int(sys.argv[3])))
