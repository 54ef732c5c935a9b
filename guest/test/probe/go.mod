module ambrosia/probe

go 1.26.8

require ambrosia/machine v0.0.0

replace ambrosia/machine => ../../machine
