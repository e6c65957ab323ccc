"""When it will come: what deliveries of the same kind took, and how often that was right.

All times are seconds of **elapsed time in UTC**, around the clock. Not working hours: the calendars
of carriers' depots, their Saturday rounds and the holidays of each region are not known here, and a
wrong calendar shifts every figure without anybody seeing it; elapsed time needs none, ignores
summer time, and weekends are in the history that it is compared with. The price is a wider band.
"""
