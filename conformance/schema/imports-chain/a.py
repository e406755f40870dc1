from b import Renamed as Out
