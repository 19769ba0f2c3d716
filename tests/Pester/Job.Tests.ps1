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

    Describe 'A block of PowerShell' {
        It 'runs with its arguments and values, which are on no command line' {
            $rows = @{ deep = 1, 2, 3 }
            $text = "it's `"`$HOME`" ü🙂"
            $job = Submit-GpuJob -Gpus 1 -ScriptBlock {
                param($a, $b, $c, $long)
                $line = Get-Content /proc/$PID/cmdline -Raw
                [Console]::WriteLine("$a|$($b + 1)|$($null -eq $c)|$($using:rows.deep[2])|$($using:text)|$($env:CUDA_VISIBLE_DEVICES)|$($line.Length -lt $long.Length)")
            } -ArgumentList $text, 41, $null, ('x' * 100000) | Wait-GpuJob
            $job | Get-GpuJobLog -Raw | Should -BeExactly "$text|42|True|3|$text|$($job.GpuId)|True`n"
        }

        It 'ends the job as it ends, for each thing that is piped in' {
            $ended = 3, 0 | Submit-GpuJob -ScriptBlock { param($code) sh -c "exit $code" } | Wait-GpuJob -ErrorAction Ignore | Sort-Object { [int]$_.Id }
            $ended.ExitCode | Should -Be 3, 0
            (Submit-GpuJob -ScriptBlock { throw 'no data' } | Wait-GpuJob -ErrorAction Ignore).ExitCode | Should -Be 1
        }

        It 'is refused with a secret, and with a variable that is not set' {
            $secret = [securestring]::new()
            (Get-Failure { Submit-GpuJob -ScriptBlock { $using:secret } }).FullyQualifiedErrorId | Should -BeLike 'ArgumentSecret,*'
            (Get-Failure { Submit-GpuJob -ScriptBlock { 1 } -ArgumentList $secret }).FullyQualifiedErrorId | Should -BeLike 'ArgumentSecret,*'
            (Get-Failure { Submit-GpuJob -ScriptBlock { $using:nowhere } }).FullyQualifiedErrorId | Should -BeLike 'UsingVariableNotSet,*'
        }
    }

    Describe '-Expand' {
        It 'makes a job for each choice, and leaves words whole without it' {
            $jobs = Submit-GpuJob -Expand -Repeat 2 -- echo '--lr={0.1,0.01}' '{{s,l}}' '{{1,4}}' '{RANDINT:7:7}'
            ($jobs | Wait-GpuJob | Sort-Object { [int]$_.Id } | ForEach-Object { $_ | Get-GpuJobLog }) |
                Should -Be (@('--lr=0.1 s 1 7', '--lr=0.1 l 4 7', '--lr=0.01 s 1 7', '--lr=0.01 l 4 7') * 2)
            Submit-GpuJob -- echo '{"a":1,"b":2}' | Wait-GpuJob | Get-GpuJobLog | Should -BeExactly '{"a":1,"b":2}'
        }

        It 'refuses choices that make no sense, and too many' {
            (Get-Failure { Submit-GpuJob -Expand -- echo '{{a,b}}' '{{1,2,3}}' }).FullyQualifiedErrorId | Should -BeLike 'ExpansionInvalid,*'
            (Get-Failure { Submit-GpuJob -Expand -Repeat 50001 -- echo '{a,b}' }).FullyQualifiedErrorId | Should -BeLike 'ExpansionInvalid,*'
        }
    }

    Describe '-AsJob' {
        It 'gives a job of PowerShell for each, with what becomes of it' {
            $jobs = 'exit 0', 'echo why >&2; exit 3' | ForEach-Object { Submit-GpuJob -AsJob -Name bg -- sh -c $_ }
            $jobs | Should -BeOfType GpuOps.Cmdlets.Jobs.GpuSubmittedJob
            ($jobs | Wait-Job -Timeout 30).State | Sort-Object | Should -Be Completed, Failed
            (Get-Job -Name bg).Id | Should -Be $jobs.Id
            ($jobs[0] | Receive-Job).ExitCode | Should -Be 0
            $null = $jobs[1] | Receive-Job -ErrorVariable failure -ErrorAction SilentlyContinue
            "$failure" | Should -BeLike '*exit code 3*why*'
            $jobs | Remove-Job
        }

        It 'ends the job with Stop-Job' {
            $job = Submit-GpuJob -AsJob -- sleep 600
            Wait-Until { (Get-GpuJob $job.GpuJob.Id).State -eq 'Running' }
            $job | Stop-Job
            $job.State | Should -Be Stopped
            (Get-GpuJob $job.GpuJob.Id | Wait-GpuJob -ErrorAction Ignore).State | Should -Be Cancelled
            $job | Remove-Job
        }

        It 'is nothing to wait for here' {
            (Get-Failure { Submit-GpuJob -AsJob -Wait -- true }).FullyQualifiedErrorId | Should -BeLike 'WaitAndAsJob,*'
        }
    }

    Describe 'A prepared job' {
        BeforeAll {
            New-Item -ItemType Directory "$PWD/my env/bin" -Force | Out-Null
            'VIRTUAL_ENV="my env"; export VIRTUAL_ENV' | Set-Content "$PWD/my env/bin/activate"
            $words = 'a b', '$HOME', '`id`', "it's", '"q"', "two`nlines", 'ü🙂', '', '*', '-x'
        }

        It 'reads the prologue, activates the venv, and gets its words byte for byte' {
            "set -- lost`nexport FROM='prologue, with `$X'`nGPUOPS_PROLOGUE=1`n" + 'declare -x MORE=$GIVEN' | Set-Content jobrc
            $job = Submit-GpuJob -Prologue jobrc -Venv "$PWD/my env" -EnvironmentVariable @{ GIVEN = 'g' } -- sh -c 'printf "<%s>" "$FROM" "$MORE" "$VIRTUAL_ENV" "$@"' sh @words | Wait-GpuJob
            $job | Get-GpuJobLog -Raw | Should -BeExactly (-join (@('prologue, with $X', 'g', 'my env') + $words | ForEach-Object { "<$_>" }))
        }

        It 'says what cannot be prepared, and does not run' {
            'false' | Set-Content bad.sh
            $ended = (Submit-GpuJob -Prologue bad.sh -- echo ran), (Submit-GpuJob -Venv nowhere -- echo ran), (Submit-GpuJob -Conda none -EnvironmentVariable @{ HOME = '/nowhere' } -- echo ran) |
                Wait-GpuJob -ErrorAction Ignore | Sort-Object { [int]$_.Id }
            $ended[0].ExitCode, $ended[1].ExitCode | Should -Be 126, 127
            $ended[2].ExitCode | Should -BeIn 126, 127
            ($ended | Get-GpuJobLog -Stream Output) | Should -BeNullOrEmpty
            ($ended[0] | Get-GpuJobLog) -like '*the prologue failed*' | Should -HaveCount 1
            ($ended[1] | Get-GpuJobLog) -like "*there is no virtual environment in 'nowhere'*" | Should -HaveCount 1
        }

        It 'activates the conda environment' {
            New-Item -ItemType Directory "$PWD/home/miniconda3/bin" -Force | Out-Null
            "#!/bin/sh`necho 'conda() { export CONDA_DEFAULT_ENV=`$2; }'" | Set-Content "$PWD/home/miniconda3/bin/conda"
            chmod +x "$PWD/home/miniconda3/bin/conda"
            $job = Submit-GpuJob -Conda 'my env' -EnvironmentVariable @{ HOME = "$PWD/home"; PATH = '/usr/bin:/bin' } -- sh -c 'echo $CONDA_DEFAULT_ENV' | Wait-GpuJob
            $job | Get-GpuJobLog | Should -BeExactly 'my env'
        }

        It 'runs a block there' {
            'export FROM=prologue' | Set-Content jobrc
            Submit-GpuJob -Prologue jobrc -ScriptBlock { $env:FROM } | Wait-GpuJob | Get-GpuJobLog | Should -BeExactly 'prologue'
        }

        It 'needs a prologue that can be read' {
            (Get-Failure { Submit-GpuJob -Prologue none.sh -- true }).FullyQualifiedErrorId | Should -BeLike 'PrologueUnreadable,*'
        }
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
