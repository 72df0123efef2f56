"""The charts: pure functions from answers to rows, and Vega-Lite specifications that redraws do not change.

A constant specification with changing rows lets the browser move the curves instead of building the chart anew, and
costs a redraw nothing: it is a dictionary that is built once.
"""
