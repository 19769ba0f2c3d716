using System.Management.Automation;
using GpuOps.Hosted.Hosting;

namespace GpuOps.Hosted;

/// <summary>
/// The Slurm cmdlets against a real cluster on this host. Alone, since the cluster's variable is the process's: when the
/// cluster ends, so does every process that has it.
/// </summary>
[Collection(Alone.Name)]
public sealed class SlurmTests(Cluster cluster) : IClassFixture<Cluster>, IDisposable
{
    private const string Quietly = "-Interval 1s -Timeout 2m -WarningAction SilentlyContinue";

    private readonly Store _store = new();

    private Session Open()
    {
        var session = Session.Open(_store);
        session.Runspace.SessionStateProxy.Path.SetLocation(cluster.Rig.WorkFolder);
        return session;
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_job_is_submitted_waited_for_and_leaves_its_output()
    {
        using var session = Open();
        var job = session.Run($"Submit-SlurmJob -Name train -GpusPerNode 2 -Time 4h -Partition gpu -OutputPath logs/%x.out -- sh -c 'echo $CUDA_VISIBLE_DEVICES in $PWD' | Wait-SlurmJob {Quietly}").Clean().Output.Single();
        Assert.Equal(("train", "Completed", 2, 0), (job.Properties["Name"].Value, job.Properties["State"].Value.ToString(), job.Properties["Gpus"].Value, job.Properties["ExitCode"].Value));
        Assert.Matches($@"\A\d,\d in {cluster.Rig.WorkFolder}\n\z", File.ReadAllText(Path.Combine(cluster.Rig.WorkFolder, "logs", "train.out")));
    }

    [Theory]
    [InlineData("it's \"quoted\" $HOME `id` \\ *")]
    [InlineData("two\nlines\tand Ünïcode 🙂")]
    [InlineData("")]
    [InlineData("--lr=0.1; rm -rf /nowhere & true | false > x")]
    public void Words_arrive_byte_for_byte(string word)
    {
        using var session = Open();
        session.Run($"param($word) Submit-SlurmJob -OutputPath word.out -OpenMode Truncate -- printf '%s|' $word end | Wait-SlurmJob {Quietly}", word).Clean();
        Assert.Equal($"{word}|end|", File.ReadAllText(Path.Combine(cluster.Rig.WorkFolder, "word.out")));
    }

    [Fact]
    public void A_script_goes_as_it_is_with_its_arguments_and_the_defaults_do_not_overrule_it()
    {
        using var session = Open();
        File.WriteAllText(Path.Combine(cluster.Rig.WorkFolder, "mine.sh"), "#!/bin/bash\n#SBATCH --partition=cpu\n#SBATCH --output=mine.out\narr=(a b c)\necho ${#arr[@]} \"$1\" $SECRET\n");
        var job = session.Run($"Submit-SlurmJob -Path mine.sh -ArgumentList 'x y' -EnvironmentVariable @{{ SECRET = 's3' }} | Wait-SlurmJob {Quietly}").Clean().Output.Single();
        Assert.Equal(("mine.sh", "cpu"), (job.Properties["Name"].Value, job.Properties["Partition"].Value));
        Assert.Equal("3 x y s3\n", File.ReadAllText(Path.Combine(cluster.Rig.WorkFolder, "mine.out")));
    }

    [Fact]
    public void What_comes_out_is_the_job_as_Slurm_has_it()
    {
        using var session = Open();
        File.WriteAllText(Path.Combine(cluster.Rig.WorkFolder, "own.sh"), "#!/bin/bash\n#SBATCH --partition=cpu\n#SBATCH --output=/dev/null\n");
        Assert.Equal("own.sh cpu", session.Read("$j = Submit-SlurmJob -Path own.sh; \"$($j.Name) $($j.Partition)\"").Single());
        Assert.Equal("env Pending", session.Read("$j = Submit-SlurmJob -OutputPath /dev/null -- /usr/bin/env; \"$($j.Name) $($j.State)\"").Single());
        Assert.Equal("env", session.Read("(Get-SlurmJob $j.Id).Name").Single());
    }

    [Fact]
    public void What_would_be_submitted_is_shown_whole_and_nothing_is()
    {
        using var session = Open();
        session.Run("Submit-SlurmJob -Name unseen -Gpu 4 -EnvironmentVariable @{ TOKEN = 'hush' } -WhatIf -- python 'train it.py'").Clean();
        Assert.Empty(session.Read("Get-SlurmJob -AllUser -Name unseen"));
        var said = string.Join('\n', session.Host.Lines);
        Assert.Contains("TOKEN", said, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", said, StringComparison.Ordinal);
        Assert.Contains("--gpus=4", said, StringComparison.Ordinal);
        Assert.Contains("exec python 'train it.py'", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_keeps_Slurms_own_words()
    {
        using var session = Open();
        var error = session.Run("Submit-SlurmJob -Partition nowhere -- true").Fails("SlurmRefused", ErrorCategory.InvalidArgument);
        Assert.Contains("invalid partition specified: nowhere", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_that_fails_is_an_object_and_an_error_with_what_it_said_last()
    {
        using var session = Open();
        var outcome = session.Run($"Submit-SlurmJob -Name bad -- sh -c 'echo no such data >&2; exit 3' | Wait-SlurmJob {Quietly}");
        var error = outcome.Fails("SlurmJobFailed", ErrorCategory.ResourceUnavailable);
        Assert.Contains("exit code 3", error.Exception.Message, StringComparison.Ordinal);
        Assert.EndsWith("no such data", error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(3, Assert.Single(outcome.Output).Properties["ExitCode"].Value);
    }

    [Fact]
    public void A_failure_is_told_although_the_time_for_the_others_is_up()
    {
        using var session = Open();
        session.Run("$bad = Submit-SlurmJob -- false; $held = Submit-SlurmJob -AdditionalArgument --hold -- true").Clean();
        var outcome = session.Run("$bad, $held | Wait-SlurmJob -Interval 1s -Timeout 8s -WarningAction SilentlyContinue");
        Assert.Equal(["SlurmJobFailed", "SlurmWaitTimeout"], outcome.ErrorIds);
        Assert.Single(outcome.Output);
        session.Run("$held | Stop-SlurmJob").Clean();
    }

    [Fact]
    public void Held_released_restarted_and_cancelled()
    {
        using var session = Open();
        session.Run("$job = Submit-SlurmJob -Name life -AdditionalArgument --hold -- sleep 600").Clean();
        Assert.Equal("0", session.Read("(Get-SlurmJob $job.Id).Priority").Single());
        session.Run("$job | Resume-SlurmJob").Clean();
        session.Run($"$job | Wait-SlurmJob -State Running {Quietly}").Clean();
        session.Run("$job | Restart-SlurmJob").Clean();
        Assert.Equal("1", session.Read("(Get-SlurmJob $job.Id).RestartCount").Single());
        session.Run("$job | Suspend-SlurmJob").Clean();
        session.Run("Get-SlurmJob -Name life | Stop-SlurmJob -WhatIf").Clean();
        Assert.NotEqual("Cancelled", session.Read("(Get-SlurmJob $job.Id).State").Single());
        session.Run("Get-SlurmJob -Name life | Stop-SlurmJob").Clean();
        Assert.Equal("Cancelled", session.Read($"($job | Wait-SlurmJob {Quietly} -ErrorAction Ignore).State").Single());
        session.Run("$job | Stop-SlurmJob").Fails("SlurmJobFinished", ErrorCategory.ObjectNotFound);
    }

    [Theory]
    [InlineData("Get-SlurmJob 4000000", "SlurmJobNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Stop-SlurmJob 4000000", "SlurmJobNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Suspend-SlurmJob 4000000", "SlurmJobNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Wait-SlurmJob 4000000", "SlurmJobNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Stop-SlurmJob 12_x", "InvalidSlurmJobId", ErrorCategory.InvalidArgument)]
    [InlineData("Get-SlurmJob -Backend local", "BackendHasNoScheduler", ErrorCategory.InvalidArgument)]
    [InlineData("Get-GpuStatus -Backend slurm:", "BackendHasNoPool", ErrorCategory.InvalidArgument)]
    [InlineData("Get-SlurmJob -Backend slurm:/x", "InvalidBackendUri", ErrorCategory.InvalidArgument)]
    [InlineData("Submit-SlurmJob -Path none.sh", "ScriptUnreadable", ErrorCategory.ObjectNotFound)]
    [InlineData("Submit-SlurmJob -Array 9-x -- true", "InvalidSlurmArray", ErrorCategory.InvalidArgument)]
    public void What_cannot_be_is_an_error_that_says_so(string script, string id, ErrorCategory category)
    {
        using var session = Open();
        session.Run(script).Fails(id, category);
    }

    [Fact]
    public void The_only_cluster_that_is_registered_is_meant_and_of_several_one_must_be_named()
    {
        _store.Configure("backends:\n  hpc:\n    uri: 'slurm:'\n    defaults:\n      partition: cpu\n");
        using var session = Session.Open(_store);
        _ = cluster.Rig;
        Assert.Equal(["hpc", "cpu"], session.Read($"$j = Submit-SlurmJob -OutputPath /dev/null -- true | Wait-SlurmJob {Quietly}; $j.Backend; $j.Partition"));
        _store.Configure("backends:\n  hpc: 'slurm:'\n  other: slurm://elsewhere\n");
        session.Run("Get-SlurmJob").Fails("BackendUnclear", ErrorCategory.InvalidArgument);
        Assert.Empty(session.Run("Get-SlurmJob -Backend hpc -Name none").Clean().Output);
    }

    [Fact]
    public void Stopping_a_wait_leaves_the_job_alone()
    {
        using var session = Open();
        session.Run("$job = Submit-SlurmJob -- sleep 600").Clean();
        using (var waiting = session.Start("$job | Wait-SlurmJob"))
        {
            Wait.Until(() => waiting.Streams.Progress.Count > 0, "the wait has begun");
            Assert.InRange(waiting.Stop(), TimeSpan.Zero, TimeSpan.FromMilliseconds(500));
        }

        Assert.Matches("Pending|Running|Configuring", session.Read("(Get-SlurmJob $job.Id).State").Single());
        session.Run("$job | Stop-SlurmJob").Clean();
    }

    [Fact]
    public void Dependencies_and_arrays()
    {
        using var session = Open();
        session.Run("$a = Submit-SlurmJob -Name many -Array 0-2 -OutputPath /dev/null -- true; $b = Submit-SlurmJob -OutputPath /dev/null -DependsOn $a -DependencyType AfterAny -- true").Clean();
        Assert.Equal(4, session.Run($"$a, $b | Wait-SlurmJob {Quietly}").Clean().Output.Count);
    }
}
