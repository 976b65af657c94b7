"""The operator's window: how runs went, what they cost, and who has which document.

State and plan in, one page (or JSON) out. It asks IT Glue nothing and writes nothing.
"""
