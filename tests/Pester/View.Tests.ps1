BeforeAll { . $PSScriptRoot/GpuOps.Common.ps1 }

Describe 'The default views' {
    BeforeAll {
        $gpus = 0..3 | ForEach-Object { @{ model = 'NVIDIA H100 80GB HBM3'; memoryTotal = 80GB } }
        Enter-Sandbox -Fake $gpus
        $mine = Request-GpuReservation -Id 0 -Note ('a note that is longer than any column can be, ' * 4)
        $part = Request-GpuReservation -Share 0.25 -User a-user-with-a-long-name -Duration 8h
        $null = Request-GpuReservation -Share 0.5
        $null = Request-GpuReservation -Id 3
        Disable-Gpu 2 -Reason ('broken ' * 30)
        $gpus[0].memoryUsed = [long](79.24 * 1GB)
        $gpus[0].utilization = 100
        $gpus[0].temperature = 81
        $gpus[3].processes = @(@{ pid = 4711; user = 'mallory'; name = 'python'; memoryUsed = 20GB })
        Set-FakeGpu $gpus
        $job = Invoke-GpuCommand -AsJob -Count 3 -Note waiting { 1 }
        Wait-Until { Get-GpuQueue }
        Register-GpuBackend lab -Uri redis://gpu-lab
        $PSStyle.OutputRendering = 'PlainText'
    }

    AfterAll {
        $PSStyle.OutputRendering = 'Host'
        Exit-Sandbox
    }

    It 'of <Name> is a table that fits 100 columns' -ForEach @(
        @{ Name = 'Get-GpuStatus'; Columns = 'Id State User Since Ends Memory Util Temp Reservation Note' }
        @{ Name = 'Get-GpuReservation'; Columns = 'Id ComputerName Gpu User Kind Since Beat Expires Note' }
        @{ Name = 'Get-GpuQueue'; Columns = 'Place Id ComputerName Wants User Waits Note' }
        @{ Name = 'Get-GpuPool'; Columns = 'Backend ComputerName Provider GPUs Available Reserved Disabled InUse Waiting Store' }
        @{ Name = 'Get-GpuUsage'; Columns = 'User GpuHours Reservations Running From To' }
        @{ Name = 'Get-GpuBackend'; Columns = 'Name Default Provider Source Uri' }
        @{ Name = 'Test-GpuBackend'; Columns = 'Step Result Detail' }
        @{ Name = 'Get-GpuOpsConfiguration'; Columns = 'Key Value Source Origin' }
    ) {
        $view = & $Name | Get-View
        ($view | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 100
        $heading = ($view | Where-Object { $_ -match '\S' -and $_ -notmatch 'ComputerName: ' })[0]
        ($heading.Trim() -split ' +') -join ' ' | Should -Be $Columns
    }

    It 'show a GPU''s memory, load and end' {
        $line = (Get-GpuStatus 0 | Get-View)[-1]
        $line | Should -Match '79.2/80 GB +100% +81C'
        (Get-GpuStatus | Where-Object Share -EQ 0.75 | Get-View)[-1] | Should -Match 'Reserved 75%.* (7h59m|8h00m) '
    }

    It 'show how many share a GPU' { (Get-GpuStatus | Where-Object Share -EQ 0.75 | Get-View)[-1] | Should -Match "$($part.Id) \+1" }

    It 'colour a state, and only where colours are wanted' {
        (Get-GpuStatus 0 | Out-String) | Should -Not -Match ([char]27)
        $PSStyle.OutputRendering = 'Ansi'
        try { (Get-GpuStatus 0 | Out-String) | Should -Match ([char]27) } finally { $PSStyle.OutputRendering = 'PlainText' }
    }

    It 'need nothing but the engine' {
        Select-String -Path $Root/module/GpuOps.Format.ps1xml -Pattern '\b(Get|Select|Where|ForEach|Format|Out|New|Measure|Sort)-\w+ ' |
            Where-Object Line -NotMatch '<!--' | Should -BeNullOrEmpty
    }

    It 'are ready for thousands of GPUs' {
        Remove-Item Env:GPUOPS_PROBE_FAKE
        $many = "sqlite:$Sandbox/many.db"
        $null = Initialize-GpuPool -Count 2000 -Backend $many
        $status = Get-GpuStatus -Backend $many
        $null = $status[0..9] | Out-String
        $clock = [Diagnostics.Stopwatch]::StartNew()
        $null = $status | Out-String
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 4
    }
}
