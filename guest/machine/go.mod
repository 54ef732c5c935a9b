module ambrosia/machine

go 1.26.8
