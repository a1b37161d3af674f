"""Work standards (工作标准) and basic standards (基本标准): kept by units."""
