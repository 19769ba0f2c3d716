# -WhatIf says what would happen and changes nothing: neither the store nor a file.
BeforeDiscovery {
    . $PSScriptRoot/GpuOps.Common.ps1
    . $PSScriptRoot/GpuOps.Rigs.ps1
    $Calls = @{
        'Initialize-GpuPool'      = { Initialize-GpuPool -Count 2 -WhatIf }
        'Request-GpuReservation'  = { Request-GpuReservation -Count 2 -WhatIf }
        'Remove-GpuReservation'   = { Get-GpuReservation | Remove-GpuReservation -WhatIf }
        'Invoke-GpuCommand'       = { Invoke-GpuCommand -WhatIf { Set-Content ran.txt yes } }
        'Disable-Gpu'             = { Disable-Gpu 1 -Reason repair -WhatIf }
        'Enable-Gpu'              = { Enable-Gpu 3 -WhatIf }
        'Register-GpuBackend'     = { Register-GpuBackend other -Uri sqlite:/tmp/other.db -WhatIf }
        'Unregister-GpuBackend'   = { Unregister-GpuBackend mine -WhatIf }
        'New-SshProfile'          = { New-SshProfile other other.example.org -WhatIf }
        'Set-SshProfile'          = { Get-SshProfile | Set-SshProfile -User bob -Default -WhatIf }
        'Remove-SshProfile'       = { Get-SshProfile | Remove-SshProfile -WhatIf }
        'Submit-GpuJob'           = { Submit-GpuJob -WhatIf -- true }
        'Set-GpuJob'              = { Get-GpuJob -State Queued | Set-GpuJob -Priority 3 -WhatIf }
        'Stop-GpuJob'             = { Get-GpuJob -State Queued | Stop-GpuJob -WhatIf }
        'Remove-GpuJob'           = { Get-GpuJob -State Completed | Remove-GpuJob -WhatIf }
        'Start-GpuServer'         = { Start-GpuServer -Backend "queue:$Sandbox/other" -WhatIf }
        'Stop-GpuServer'          = { Stop-GpuServer -WhatIf }
        'Submit-SlurmJob'         = { Submit-SlurmJob -WhatIf -- true }
        'Stop-SlurmJob'           = { Get-SlurmJob | Stop-SlurmJob -WhatIf }
        'Suspend-SlurmJob'        = { Get-SlurmJob -Name free | Suspend-SlurmJob -WhatIf }
        'Resume-SlurmJob'         = { Get-SlurmJob -Name held | Resume-SlurmJob -WhatIf }
        'Restart-SlurmJob'        = { Get-SlurmJob | Restart-SlurmJob -WhatIf }
        'Set-GpuOpsConfiguration' = { Set-GpuOpsConfiguration memoryThreshold 2GB -WhatIf }
    }
    $Supporting = Get-Command -Module GpuOps | Where-Object { $_.Parameters.ContainsKey('WhatIf') -and ($HasSlurm -or $_.Noun -notlike 'Slurm*') } |
        ForEach-Object { @{ Name = $_.Name; Call = $Calls[$_.Name] } }
}

Describe '-WhatIf' {
    BeforeAll {
        . $PSScriptRoot/GpuOps.Common.ps1
        . $PSScriptRoot/GpuOps.Rigs.ps1
        Enter-Sandbox -Gpu 4
        if ($HasSlurm) {
            Start-Slurm
            $null = Submit-SlurmJob -Name held -AdditionalArgument --hold -- true
            # It waits for the one that is held.
            $null = Submit-SlurmJob -Name free -DependsOn (Get-SlurmJob -Name held) -- true
        }

        $null = Start-GpuServer
        $null = Submit-GpuJob -Hold -- true
        $null = Submit-GpuJob -- true | Wait-GpuJob
        $null = Request-GpuReservation -Id 0
        Disable-Gpu 3 -Reason broken
        Register-GpuBackend mine -Uri sqlite:/tmp/mine.db
        New-SshProfile mine login.example.org -User ann

        function Get-World {
            @(
                Get-GpuStatus | ForEach-Object { $_.Id, $_.State, $_.ReservationId, $_.Note -join ' ' }
                Get-GpuQueue | ForEach-Object Id
                if ($HasSlurm) { Get-SlurmJob -AllUser | ForEach-Object { $_.Id, $_.State, ($_.Priority -eq 0), $_.RestartCount -join ' ' } }
                Get-GpuJob | ForEach-Object { $_.Id, $_.State, $_.Priority -join ' ' }
                Get-GpuServer | ForEach-Object ProcessId
                Get-GpuBackend | ForEach-Object { $_.Name, $_.Uri -join ' ' }
                Get-SshProfile | ForEach-Object { $_.Name, $_.HostName, $_.User, $_.IsDefault -join ' ' }
                Get-GpuOpsConfiguration | ForEach-Object { $_.Key, $_.Text -join ' ' }
                Get-ChildItem $Sandbox/config, $Sandbox/work -Recurse -File | ForEach-Object { $_.FullName, $_.Length -join ' ' }
            ) -join "`n"
        }
    }

    AfterAll {
        Stop-Slurm
        Exit-Sandbox
    }

    It '<Name> changes nothing' -ForEach $Supporting {
        $Call | Should -Not -BeNullOrEmpty -Because "this test has no call of $Name yet"
        $before = Get-World
        $null = & $Call
        Get-World | Should -Be $before
    }
}
