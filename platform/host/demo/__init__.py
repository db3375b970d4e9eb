"""The demo city (演示城市): real source files of an invented staff of Linyi, made from a seed.

Regions are the real ones; people, numbers, credit codes and documents are invented. Nothing here touches
the database: the files go through the same importers as anyone's.
"""
