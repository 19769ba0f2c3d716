# Which servers are installed. With GPUOPS_REQUIRE_RIGS=1 a missing one is an error, not a skipped test.
$HasRedis = [bool](Get-Command redis-server -ErrorAction Ignore)
if (-not $HasRedis -and $env:GPUOPS_REQUIRE_RIGS -eq '1') { throw 'redis-server is not installed.' }

# Another user's reservation can only be made as another user, which root can be.
$CanBeAnother = $HasRedis -and (Get-Command setpriv -ErrorAction Ignore) -and (id -u) -eq '0'

# A cluster's daemons need root.
$HasSlurm = (Get-Command slurmctld, slurmd, slurmdbd, munged, mariadbd -ErrorAction Ignore).Count -eq 5 -and (id -u) -eq '0'
if (-not $HasSlurm -and $env:GPUOPS_REQUIRE_RIGS -eq '1') { throw 'There can be no Slurm cluster here: Slurm, munge and MariaDB are to be installed, and root is to run the tests.' }
