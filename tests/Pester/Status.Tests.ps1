BeforeAll { . $PSScriptRoot/GpuOps.Common.ps1 }

Describe 'Get-GpuStatus' {
    BeforeAll {
        $gpus = 0..3 | ForEach-Object { @{ model = 'NVIDIA H100'; memoryTotal = 80GB } }
        Enter-Sandbox -Fake $gpus
        $mine = Request-GpuReservation -Id 0 -Note 'my work'
        $null = Request-GpuReservation -User alice -Share 0.25 -Duration 8h
        Disable-Gpu 3 -Reason 'fan is loud'
        $gpus[0].memoryUsed = 40GB
        $gpus[0].utilization = 97
        $gpus[0].temperature = 64
        $gpus[0].power = 612
        $gpus[2].memoryUsed = 20GB
        $gpus[2].processes = @(@{ pid = 4711; user = 'mallory'; name = 'python'; memoryUsed = 20GB })
        Set-FakeGpu $gpus
    }

    AfterAll { Exit-Sandbox }

    It 'shows one object a GPU' {
        (Get-GpuStatus).Id | Should -Be 0, 1, 2, 3
    }

    It 'shows who holds a GPU' {
        $gpu = Get-GpuStatus 0
        $gpu.State | Should -Be Reserved
        $gpu.User | Should -Be $Me
        $gpu.Note | Should -Be 'my work'
        $gpu.ReservationId | Should -Be $mine.Id
        $gpu.Kind | Should -Be Session
    }

    It 'shows what the driver sees' {
        $gpu = Get-GpuStatus 0
        $gpu.MemoryUsed, $gpu.MemoryTotal, $gpu.Utilization, $gpu.Temperature, $gpu.Power | Should -Be 40GB, 80GB, 97, 64, 612
    }

    It 'shows how much of a GPU is held' {
        $gpu = Get-GpuStatus | Where-Object User -EQ alice
        $gpu.Share | Should -Be 0.25
        $gpu | Get-View | Should -Contain ($gpu | Get-View | Where-Object { $_ -match 'Reserved 25% +alice' })
    }

    It 'shows who uses a GPU without a reservation' {
        $gpu = Get-GpuStatus 2
        $gpu.State | Should -Be Unreserved
        $gpu.User | Should -Be mallory
        $gpu.Processes[0].ProcessId | Should -Be 4711
    }

    It 'shows why a GPU is out of service' {
        $gpu = Get-GpuStatus 3
        $gpu.State | Should -Be Disabled
        $gpu.Note | Should -Be 'fan is loud'
    }

    It 'reports each unknown GPU, and shows the others' {
        $found = Get-GpuStatus -Id 0, 77, 1 -ErrorVariable failures -ErrorAction SilentlyContinue
        $found.Id | Should -Be 0, 1
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'GpuNotFound,*'
        $failures[0].CategoryInfo.Category | Should -Be ObjectNotFound
        $failures[0].TargetObject | Should -Be 77
    }

    It 'stays at hand when the driver does not answer' {
        $env:GPUOPS_PROBE_TIME_LIMIT = '200ms'
        $hanging = Get-Content $env:GPUOPS_PROBE_FAKE | ConvertFrom-Json
        $before = Get-Content $env:GPUOPS_PROBE_FAKE -Raw
        $hanging | Add-Member hang $true
        $hanging | ConvertTo-Json -Depth 5 | Set-Content $env:GPUOPS_PROBE_FAKE
        try {
            $clock = [Diagnostics.Stopwatch]::StartNew()
            (Get-GpuStatus 0).State | Should -Be Unknown
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 3
        }
        finally {
            Set-Content $env:GPUOPS_PROBE_FAKE $before
            Remove-Item Env:GPUOPS_PROBE_TIME_LIMIT
        }
    }

    It 'feeds Remove-GpuReservation' {
        $two = Request-GpuReservation -User bob -Memory 8GB
        (Get-GpuStatus | Where-Object User -EQ bob).User | Should -Be alice, bob
        (Get-GpuStatus | Group-Object User | Where-Object Name -EQ $Me).Count | Should -Be @(Get-GpuStatus | Where-Object User -EQ $Me).Count
        Get-GpuStatus | Where-Object User -EQ bob | ForEach-Object Reservations | Where-Object User -EQ bob | Remove-GpuReservation
        Get-GpuReservation | Where-Object Id -EQ $two.Id | Should -BeNullOrEmpty
        (Get-GpuStatus 0).State | Should -Be Reserved
    }
}
