"""What visitors do in the configurator, for the makers' reports, without knowing who they are.

A click leaves a few small events in a bounded buffer of the process (``recorder``); a thread writes them in bulk. The
rows hold no user, no address and no time of day, only a random id that lives as long as the page and ends with the
rows. Once a day they are counted into ``InsightCount`` (``counting``), which is all that reports read; after
``KEPT_DAYS`` they are deleted.
"""
