"""Documents (文件台账): the papers that decisions rest on."""
