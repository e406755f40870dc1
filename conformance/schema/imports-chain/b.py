from c import Real as Renamed
