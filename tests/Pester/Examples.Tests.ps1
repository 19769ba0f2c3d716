# The scripts under examples/, and README's first line.
BeforeAll { . $PSScriptRoot/GpuOps.Common.ps1 }

Describe 'examples/' {
    BeforeEach { Enter-Sandbox -Fake @{ memoryTotal = 80GB }, @{ memoryTotal = 80GB } }
    AfterEach { Exit-Sandbox }

    It 'sweep.ps1 trains with each seed on a GPU of its own' {
        $runs = ./examples/sweep.ps1 -Seed 1, 2, 3
        $runs.State | Should -Be Completed, Completed, Completed
        $runs.ForEach({ $_.Output[0] }) -replace '.*, seed ' | Should -Be 1, 2, 3
    }

    It 'first-free-host.ps1 reserves on the host with most free GPUs' {
        $gpus = ./examples/first-free-host.ps1 -Count 2 -Duration 1h
        $gpus.Kind | Should -Be Timed
        $gpus.GpuId.Count | Should -Be 2
    }

    It 'squatters.ps1 lists who uses GPUs without a reservation' {
        Set-FakeGpu @{ memoryTotal = 80GB }, @{ memoryTotal = 80GB; processes = @(@{ pid = 7; user = 'mallory'; name = 'python'; memoryUsed = 20GB }) }
        $found = ./examples/squatters.ps1
        $found.Gpu, $found.User, $found.Process, $found.MemoryGB | Should -Be 1, mallory, 'python (7)', 20
    }

    It 'train.sh <_>' -ForEach 'ends with the exit code it is told' {
        sh examples/train.sh --exit 5 | Out-Null
        $LASTEXITCODE | Should -Be 5
        $env:TRAIN_EXIT = 6
        sh examples/train.sh | Out-Null
        Remove-Item Env:TRAIN_EXIT
        $LASTEXITCODE | Should -Be 6
        sh examples/train.sh --speed 2>$null
        $LASTEXITCODE | Should -Be 64
    }
}

Describe 'README' {
    BeforeAll { Enter-Sandbox }
    AfterAll { Exit-Sandbox }

    It 'begins with a line that works' {
        $line = (Get-Content $Root/README.md | Select-String "^\./gpuops '(.*)'$")[0].Matches.Groups[1].Value
        $output = & ([scriptblock]::Create($line))
        $output -match '^training on GPUs 0,1 ' | Should -HaveCount 1
        $LASTEXITCODE | Should -Be 0
    }

    It 'names only files that exist' {
        $links = [regex]::Matches((Get-Content $Root/README.md -Raw), '\]\(([^):#]+)\)').ForEach({ $_.Groups[1].Value })
        foreach ($link in $links) { "$Root/$link" | Should -Exist }
    }
}
