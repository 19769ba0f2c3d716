# The queue of this host: its service, and the commands for jobs.
BeforeAll { . $PSScriptRoot/GpuOps.Common.ps1 }

Describe 'A session with the queue' {
    BeforeAll {
        Enter-Sandbox -Gpu 4
        $server = Start-GpuServer
    }
    AfterAll { Exit-Sandbox }

    It 'runs the lines of README' {
        $lines = [regex]::Match((Get-Content $Root/README.md -Raw), '(?s)```powershell\r?\n(Start-GpuServer.*?)```').Groups[1].Value
        & ([scriptblock]::Create($lines)) | Out-Null
        $jobs = Get-GpuJob
        $jobs.State | Sort-Object -Unique | Should -Be Completed
        $jobs.Name | Should -Be (1..20).ForEach({ "seed$_" })
        (Get-GpuJob -Name seed3 | Get-GpuJobLog) -match 'seed 3$' | Should -HaveCount 1
    }

    It 'starts one service only' {
        (Start-GpuServer).ProcessId | Should -Be $server.ProcessId
        (Get-GpuServer).ProcessId | Should -Be $server.ProcessId
    }

    It 'gives the words of a command to it byte for byte' {
        $words = 'a b', '$HOME', '`id`', "it's", '"q"', "two`nlines", 'ü🙂', '', '*'
        $job = Submit-GpuJob -- printf '<%s>' @words | Wait-GpuJob
        $job | Get-GpuJobLog -Raw | Should -BeExactly (($words | ForEach-Object { "<$_>" }) -join '')
    }

    It 'gives it the variables of files, and stronger than these its own' {
        @'
export A=a
B='b # $HOME'
C=c
D="d
d"
'@ | Set-Content one.env
        'B2="2" # later', 'A=z' | Set-Content two.env
        $job = Submit-GpuJob -EnvFile one.env, two.env -EnvironmentVariable @{ C = 3 } -- sh -c 'echo "$A|$B|$B2|$C|$D"' | Wait-GpuJob
        $job | Get-GpuJobLog -Raw | Should -BeExactly "z|b # `$HOME|2|3|d`nd`n"
    }

    It 'says which line of a file of variables is wrong, and submits nothing' {
        'A=1', 'B 2' | Set-Content bad.env
        $before = @(Get-GpuJob).Count
        $failure = Get-Failure { 1..2 | Submit-GpuJob -EnvFile bad.env -- true }
        $failure.FullyQualifiedErrorId | Should -BeLike 'EnvFileInvalid,*'
        $failure.ToString() | Should -BeLike '*bad.env*line 2*'
        (Get-Failure { Submit-GpuJob -EnvFile none.env -- true }).FullyQualifiedErrorId | Should -BeLike 'EnvFileUnreadable,*'
        [IO.File]::WriteAllBytes("$PWD/latin.env", [byte[]](65, 61, 0xE4, 10))
        (Get-Failure { Submit-GpuJob -EnvFile latin.env -- true }).FullyQualifiedErrorId | Should -BeLike 'EnvFileUnreadable,*'
        @(Get-GpuJob).Count | Should -Be $before
    }

    It 'tells exit codes from signals' {
        $ended = 'exit 3', 'kill -9 $$', 'exit 137' | ForEach-Object { Submit-GpuJob -- sh -c $_ } | Wait-GpuJob -ErrorAction SilentlyContinue | Sort-Object { [int]$_.Id }
        $ended.State | Should -Be Failed, Failed, Failed
        $ended.ExitCode | Should -Be 3, $null, 137
        $ended.Signal | Should -Be $null, 9, $null
    }

    It 'says with the error of a failed job what it wrote last' {
        $job = Submit-GpuJob -Name bad -- sh -c 'echo no such data >&2; exit 4'
        $null = $job | Wait-GpuJob -ErrorVariable failure -ErrorAction SilentlyContinue
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'JobFailed,*'
        $failure[0].ToString() | Should -BeLike '*Failed with exit code 4*no such data*'
    }

    It 'never gives a GPU twice' {
        $null = Request-GpuReservation -Id 0, 1, 2
        $jobs = 1..3 | ForEach-Object { Submit-GpuJob -Gpus 1 -- sh -c 'echo $CUDA_VISIBLE_DEVICES' }
        ($jobs | Wait-GpuJob).GpuId | Should -Be 3, 3, 3
        Get-GpuReservation | Remove-GpuReservation
    }

    It 'shows what a job holds as a reservation of the pool' {
        $job = Submit-GpuJob -Gpus 2 -Name shown -- sleep 600
        Wait-Until { ($job | Get-GpuJob).State -eq 'Running' }
        (Get-GpuStatus | Where-Object State -EQ Reserved).Note | Should -Be shown, shown
        ($job | Get-GpuJob).GpuId | Should -Be (Get-GpuStatus | Where-Object State -EQ Reserved).Id
        $job | Stop-GpuJob
        ($job | Wait-GpuJob -ErrorAction SilentlyContinue).State | Should -Be Cancelled
        Get-GpuStatus | Where-Object State -EQ Reserved | Should -BeNullOrEmpty
    }

    It 'follows what a job writes until it is over' {
        $go = "$Sandbox/go"
        $job = Submit-GpuJob -- sh -c "echo one; until [ -e $go ]; do sleep 0.02; done; echo two"
        $lines = $job | Get-GpuJobLog -Follow | ForEach-Object { if ($_ -eq 'one') { New-Item $go | Out-Null }; $_ }
        $lines | Should -Be one, two
    }

    It 'goes by priority, holds, and lets go' {
        $blocker = Submit-GpuJob -Gpus 4 -- sleep 600
        Wait-Until { ($blocker | Get-GpuJob).State -eq 'Running' }
        $low = Submit-GpuJob -Gpus 4 -- true
        $held = Submit-GpuJob -Gpus 4 -Priority 9 -Hold -- true
        $high = Submit-GpuJob -Gpus 4 -- true
        $high | Set-GpuJob -Priority 5
        $blocker | Stop-GpuJob
        ($low, $high | Wait-GpuJob).Id | Should -Be $high.Id, $low.Id
        ($held | Get-GpuJob).State | Should -Be Queued
        $held | Set-GpuJob -Hold:$false
        ($held | Wait-GpuJob).State | Should -Be Completed
    }

    It 'keeps jobs that depend on others until those are over' {
        $bad = Submit-GpuJob -Hold -- false
        $after = Submit-GpuJob -DependsOn $bad -- true
        $any = Submit-GpuJob -DependsOn $bad -DependencyType Any -- true
        $bad | Set-GpuJob -Hold:$false
        $ended = $bad, $after, $any | Wait-GpuJob -ErrorAction SilentlyContinue | Sort-Object { [int]$_.Id }
        $ended.State | Should -Be Failed, Cancelled, Completed
    }

    It 'starts a job again that failed' {
        $count = "$Sandbox/count"
        $job = Submit-GpuJob -Retry 3 -- sh -c "echo x >> $count; [ `$(wc -l < $count) -eq 3 ]" | Wait-GpuJob
        $job.State, $job.RestartCount | Should -Be Completed, 2
    }

    It 'goes on where it was when it is killed' {
        $go = "$Sandbox/goon"
        $running = Submit-GpuJob -Gpus 1 -- sh -c "until [ -e $go ]; do sleep 0.02; done; exit 7"
        $waiting = Submit-GpuJob -Gpus 4 -- true
        Wait-Until { ($running | Get-GpuJob).State -eq 'Running' }
        Stop-Process -Id (Get-GpuServer).ProcessId -Force
        Wait-Until { -not (Get-GpuServer -ErrorAction Ignore) }
        New-Item $go | Out-Null
        $null = Start-GpuServer
        ($running, $waiting | Wait-GpuJob -ErrorAction SilentlyContinue).ExitCode | Should -Be 7, 0
    }

    It 'forgets jobs and their logs' {
        $job = Submit-GpuJob -- echo gone | Wait-GpuJob
        $job.OutputPath | Should -Exist
        $job | Remove-GpuJob
        $job.OutputPath | Should -Not -Exist
        (Get-Failure { $job | Get-GpuJob -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'JobNotFound,*'
    }

    It 'says how well it and its host are' {
        $health = Get-GpuServerHealth
        $health.Parts.Name | Should -Be Service, Disk, Memory, Cpu, Network
        $health.Parts[0].Score | Should -Be 100
        $health.Score | Should -Be ($health.Parts.Score | Measure-Object -Minimum).Minimum
        ($health | Get-View) -match 'Parts +: 100 Service +Jobs are started' | Should -HaveCount 1
    }

    It 'answers without the module, too' {
        $folder = (Get-GpuServer).Folder
        $metrics = curl --silent --fail --unix-socket $folder/server.sock http://gpuops/metrics
        $metrics -match '^gpuops_gpus\{state="Available"\} 4$' | Should -HaveCount 1
        $metrics -match '^gpuops_up 1$' | Should -HaveCount 1
        (curl --silent --fail --unix-socket $folder/server.sock http://gpuops/v1/gpus | ConvertFrom-Json).Count | Should -Be 4
        curl --silent --fail --unix-socket $folder/server.sock -X POST 'http://gpuops/v1/gpus/3/disable?reason=fan'
        (Get-GpuStatus | Where-Object Id -EQ 3).Note | Should -Be fan
        curl --silent --fail --unix-socket $folder/server.sock -X POST http://gpuops/v1/gpus/3/enable
        (Get-GpuStatus | Where-Object Id -EQ 3).State | Should -Be Available
        (curl --silent --unix-socket $folder/server.sock -X POST http://gpuops/v1/gpus/9/enable | ConvertFrom-Json).id | Should -Be UnknownGpu
    }

    It 'names the command that ends nobody without a job' {
        (Get-Command Stop-GpuJob).Parameters['Id'].Attributes.Where({ $_ -is [Management.Automation.ParameterAttribute] }).Mandatory | Should -BeTrue
    }
}

Describe 'Without a service' {
    BeforeEach { Enter-Sandbox }
    AfterEach { Exit-Sandbox }

    It '<_> says how to start one' -ForEach 'Get-GpuJob', 'Get-GpuServer', 'Submit-GpuJob -- true' {
        $failure = Get-Failure ([scriptblock]::Create("$_ -ErrorAction Stop"))
        $failure.FullyQualifiedErrorId | Should -BeLike 'QueueServiceNotRunning,*'
        $failure.ToString() | Should -BeLike '*Start-GpuServer*'
    }
}

Describe 'A service that ends' {
    BeforeEach { Enter-Sandbox -Gpu 1; $null = Start-GpuServer }
    AfterEach { Exit-Sandbox }

    It 'leaves jobs alone, which the next one finds' {
        $job = Submit-GpuJob -Gpus 1 -- sleep 600
        Wait-Until { ($job | Get-GpuJob).State -eq 'Running' }
        Stop-GpuServer
        Get-GpuServer -ErrorAction Ignore | Should -BeNullOrEmpty
        (Get-GpuStatus).State | Should -Be Reserved
        $null = Start-GpuServer
        ($job | Get-GpuJob).State | Should -Be Running
    }

    It 'ends them with -EndJob' {
        $job = Submit-GpuJob -Gpus 1 -- sleep 600
        Wait-Until { ($job | Get-GpuJob).State -eq 'Running' }
        Stop-GpuServer -EndJob
        (Get-GpuStatus).State | Should -Be Available
        $null = Start-GpuServer
        ($job | Get-GpuJob).State | Should -Be Cancelled
    }
}
