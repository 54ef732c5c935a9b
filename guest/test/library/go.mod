module ambrosia/library

go 1.26.8
