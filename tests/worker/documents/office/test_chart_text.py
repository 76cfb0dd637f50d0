"""Charts of the kinds that came later, which no library here makes."""

from __future__ import annotations

from lxml import etree

from worker.documents.office.chart_text import chart_text

WATERFALL = """<cx:chartSpace xmlns:cx="http://schemas.microsoft.com/office/drawing/2014/chartex"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><cx:chartData><cx:data id="0">
<cx:strDim type="cat"><cx:lvl ptCount="2"><cx:pt idx="0">売上</cx:pt><cx:pt idx="1">Costs</cx:pt>
</cx:lvl></cx:strDim><cx:numDim type="val"><cx:lvl ptCount="2" formatCode="0.0"><cx:pt idx="0">12
</cx:pt><cx:pt idx="1">-3.27</cx:pt></cx:lvl></cx:numDim></cx:data></cx:chartData><cx:chart>
<cx:title><cx:tx><cx:rich><a:p><a:r><a:t>Result</a:t></a:r></a:p></cx:rich></cx:tx></cx:title>
<cx:plotArea><cx:plotAreaRegion><cx:series layoutId="waterfall"><cx:tx><cx:txData><cx:v>2026</cx:v>
</cx:txData></cx:tx><cx:dataId val="0"/></cx:series></cx:plotAreaRegion></cx:plotArea></cx:chart>
</cx:chartSpace>"""


def test_a_waterfall_is_read_like_any_chart():
    chart = chart_text(etree.fromstring(WATERFALL))
    assert chart.heading == "Chart: Result"
    assert chart.rows == ("売上; 2026: 12.0", "Costs; 2026: -3.3")
