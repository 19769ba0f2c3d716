using System.Management.Automation;
using GpuOps.Hosted.Hosting;
using GpuOps.Rigs;

namespace GpuOps.Hosted;

/// <summary>Script blocks as jobs of a real cluster, in the real gpuops and, where there is one, in pwsh.</summary>
[Collection(Alone.Name)]
public sealed class SlurmBlockTests(Cluster cluster) : IClassFixture<Cluster>, IDisposable
{
    private const string Quietly = "-Interval 1s -Timeout 2m -WarningAction SilentlyContinue";

    private readonly Store _store = new();
    private readonly Variables _home = new();

    public static TheoryData<string> PowerShells { get; } = [.. ((string?[])[BuiltModule.Program, RigFiles.Find("pwsh")]).OfType<string>()];

    public void Dispose()
    {
        _home.Dispose();
        _store.Dispose();
    }

    [Theory]
    [MemberData(nameof(PowerShells))]
    public void A_block_runs_on_the_node_with_its_arguments_and_values(string program)
    {
        using var session = Open(program);
        const string text = "it's \"$HOME\" `id` Ü 🙂";
        session.Run("""
            param($text, $quick)
            $rows = @{ deep = 1, 2, 3 }
            $job = Submit-SlurmJob -OutputPath block.out -OpenMode Truncate -ScriptBlock {
                param($a, $b, $c)
                $say = @'
            GPUOPS_BLOCK
            #SBATCH -J evil
            '@
                [Console]::WriteLine("$a|$($b + 1)|$($null -eq $c)|$($using:rows.deep[2])|$($say.Length)|$env:SLURM_JOB_NAME|$($using:text)")
            } -ArgumentList $text, 41, $null
            $job | Wait-SlurmJob @quick
            """, text, new System.Collections.Hashtable { ["Interval"] = "1s", ["Timeout"] = "2m", ["WarningAction"] = "Ignore" }).Clean();
        Assert.Equal($"{text}|42|True|3|28|scriptblock|{text}\n", Log("block.out"));
    }

    [Theory]
    [MemberData(nameof(PowerShells))]
    public void Its_end_is_that_of_the_job(string program)
    {
        using var session = Open(program);
        session.Run($"$jobs = {{ sh -c 'exit 3' }}, {{ throw 'no data' }}, {{ 'fine' }} | ForEach-Object {{ Submit-SlurmJob -OutputPath end-%j.out -ScriptBlock $_ }}; $done = $jobs | Wait-SlurmJob {Quietly} -ErrorAction Ignore").Clean();
        Assert.Equal(["3", "1", "0"], session.Read("$jobs | ForEach-Object { $id = $_.Id; ($done | Where-Object { $_.Id -eq $id }).ExitCode }"));
        var ids = session.Read("$jobs.Id");
        Assert.Contains("no data", Log($"end-{ids[1]}.out"), StringComparison.Ordinal);
        Assert.Equal("fine", Log($"end-{ids[2]}.out").Trim());
    }

    [Fact]
    public void Each_task_of_an_array_gets_its_own_objects()
    {
        using var session = Open(BuiltModule.Program);
        session.Run($"$many = @{{ lr = 0.5; to = 'a b' }}, @{{ lr = 2; to = \"c'd\" }} | Submit-SlurmJob -AsArray -OutputPath many-%a.out -ScriptBlock {{ param($row) [Console]::WriteLine(\"$($row.lr * 2) $($row.to)\") }}; $many | Wait-SlurmJob {Quietly}").Clean();
        Assert.Equal("1", session.Read("@($many).Count").Single());
        Assert.Equal(["1 a b\n", "4 c'd\n"], [Log("many-0.out"), Log("many-1.out")]);
    }

    [Fact]
    public void A_node_without_PowerShell_is_an_error_that_says_so()
    {
        using var session = Open("/nowhere/pwsh");
        var job = session.Run($"Submit-SlurmJob -OutputPath none.out -ScriptBlock {{ 1 }} | Wait-SlurmJob {Quietly} -ErrorAction Ignore").Output.Single();
        Assert.Equal(127, job.Properties["ExitCode"].Value);
        Assert.Contains("there is no '/nowhere/pwsh' for the script block", Log("none.out"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-ScriptBlock { $using:secret }")]
    [InlineData("-ScriptBlock { $using:login }")]
    [InlineData("-ScriptBlock { 1 } -ArgumentList 1, $login")]
    [InlineData("-ScriptBlock { 1 } -ArgumentList @{ to = @{ rows = @(1, $secret) } }")]
    [InlineData("-ScriptBlock { 1 } -ArgumentList ([pscustomobject]@{ of = $login })")]
    public void A_secret_is_refused_wherever_it_is_since_Slurm_keeps_the_script(string job)
    {
        using var session = Open(BuiltModule.Program);
        session.Run("$secret = [securestring]::new(); 'hush'.ToCharArray() | ForEach-Object { $secret.AppendChar($_) }; $login = [pscredential]::new('me', $secret)").Clean();
        session.Run($"Submit-SlurmJob -WhatIf {job}").Fails("ArgumentSecret", ErrorCategory.InvalidArgument);
        Assert.DoesNotContain("sbatch", string.Join('\n', session.Host.Lines), StringComparison.Ordinal);
        session.Run("Submit-SlurmJob -WhatIf -ScriptBlock { 1 } -ArgumentList '<SS>text</SS>'").Clean();
    }

    [Fact]
    public void A_variable_that_is_not_set_is_an_error_and_one_that_is_null_is_not()
    {
        using var session = Open(BuiltModule.Program);
        var outcome = session.Run("$epochs = $null; Submit-SlurmJob -WhatIf -ScriptBlock { train $using:epoch }");
        outcome.Fails("UsingVariableNotSet", ErrorCategory.InvalidArgument);
        Assert.DoesNotContain("sbatch", string.Join('\n', session.Host.Lines), StringComparison.Ordinal);
        session.Run("Submit-SlurmJob -WhatIf -ScriptBlock { train $using:epochs $using:env:PATH }").Clean();
    }

    [Fact]
    public void The_block_is_shown_as_it_was_written()
    {
        using var session = Open(BuiltModule.Program);
        session.Run("Submit-SlurmJob -WhatIf -ScriptBlock { nvidia-smi -L | Out-Host }").Clean();
        Assert.Contains("\n nvidia-smi -L | Out-Host \nGPUOPS_BLOCK\n", string.Join('\n', session.Host.Lines), StringComparison.Ordinal);
        session.Run("Submit-SlurmJob -ContainerImage x.sif -ScriptBlock { 1 }").Fails("SlurmBlockInContainer", ErrorCategory.InvalidArgument);
    }

    private string Log(string file) => File.ReadAllText(Path.Combine(cluster.Rig.WorkFolder, file));

    /// <summary>A session whose backend says which PowerShell the nodes have; a project's file may not.</summary>
    private Session Open(string program)
    {
        _home.Set("GPUOPS_CONFIG_HOME", _store.Folder);
        File.WriteAllText(Path.Combine(_store.Folder, "config.yaml"), $"backends:\n  hpc:\n    uri: 'slurm:'\n    defaults:\n      powerShell: {program}\n");
        var session = Session.Open(_store);
        session.Runspace.SessionStateProxy.Path.SetLocation(cluster.Rig.WorkFolder);
        return session;
    }
}
