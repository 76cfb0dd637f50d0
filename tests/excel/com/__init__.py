"""A stand-in for pywin32, so that xlwings' own code for Windows runs where there is no Windows.

It is NOT Windows, and NOT Excel. `loader.py` imports xlwings as Windows would, with the modules of
`pywin32.py` in the place of pywin32's; `windows.py` says which Excels run. What these modules do
was written from pywin32's and Microsoft's public documentation; whatever they do not know raises
`UnknownToStandInError`, also where xlwings would have swallowed it.
"""
