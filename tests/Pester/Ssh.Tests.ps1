# SSH profiles, as docs/ssh.md shows them.
BeforeDiscovery { . $PSScriptRoot/GpuOps.Common.ps1; . $PSScriptRoot/GpuOps.Rigs.ps1 }

Describe 'An SSH profile' {
    BeforeAll { . $PSScriptRoot/GpuOps.Common.ps1 }
    BeforeEach { Enter-Sandbox }
    AfterEach { Exit-Sandbox }

    It 'is written down, and your comments stay' {
        Set-Content $Sandbox/config/config.yaml '# mine', 'sshProfiles:', '  lab: {host: lab} # over there'
        New-SshProfile dgx dgx.example.org -User ann -JumpHost gate.example.org, ann@inner:2222 -Default
        Set-SshProfile lab -User bob
        Get-Content $Sandbox/config/config.yaml | Should -Be @(
            '# mine', 'sshProfiles:', "  lab: {user: 'bob', host: lab} # over there"
            '  dgx:', '    host: dgx.example.org', '    user: ann', "    jumpHosts: ['gate.example.org', 'ann@inner:2222']"
            'ssh:', '  profile: dgx')
    }

    It 'fits 80 columns' {
        New-SshProfile dgx dgx.example.org -User ann -Port 2222 -JumpHost gate, inner -Description 'the big one' -Default
        $view = Get-SshProfile | Get-View -Width 79
        $view[1] | Should -Match '^Name +Default +Host +Through +Description$'
        $view[3] | Should -Match '^dgx +\* +ann@dgx.example.org:2222 +gate, inner +the big one$'
    }

    It 'says what uses it before it goes' {
        New-SshProfile dgx dgx.example.org -Default
        Register-GpuBackend hpc slurm: -Option @{ sshProfile = 'dgx' }
        (Get-Failure { Remove-SshProfile dgx -ErrorAction Stop }).Exception.Message | Should -BeLike '*default profile*hpc*'
        Remove-SshProfile dgx -Force
        Get-SshProfile | Should -BeNullOrEmpty
    }

    It 'is offered by Tab' {
        New-SshProfile dgx dgx.example.org
        (TabExpansion2 'Get-SlurmJob -Backend slurm://').CompletionMatches.CompletionText | Should -Be slurm://dgx
        (TabExpansion2 'Set-SshProfile ').CompletionMatches.CompletionText | Should -Be dgx
    }

    It 'is tested step by step' {
        New-SshProfile nowhere 127.0.0.1 -Port 1 -User ann
        $checks = Test-SshProfile nowhere
        $checks.Step | Should -Be Configuration, Name, Connect
        $checks.Succeeded | Should -Be $true, $true, $false
        Test-SshProfile nowhere -Quiet | Should -BeFalse
        ($checks | Get-View) -match '^Connect +failed ' | Should -HaveCount 1
    }
}
