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
    [InlineData("Wait-SlurmResource moon", "SlurmPartitionNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Wait-SlurmResource gpu, moon", "SlurmPartitionNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Wait-SlurmResource -MinGpu 33", "SlurmResourceImpossible", ErrorCategory.InvalidArgument)]
    [InlineData("Wait-SlurmResource -MinGpu 4 -GpuType h100", "SlurmResourceImpossible", ErrorCategory.InvalidArgument)]
    [InlineData("Get-SlurmJob -Partition gpuu", "SlurmPartitionNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Get-SlurmJob -Partition nowhere*, gpuu", "SlurmPartitionNotFound", ErrorCategory.ObjectNotFound)]
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
    public void That_there_are_no_jobs_is_usual_but_a_partition_that_is_not_there_is_pointed_out()
    {
        using var session = Open();
        foreach (var none in (string[])["-Partition nowhere*", "-Partition CPU -Name none", "-Name none", "-User nobody", "-State Preempted"])
        {
            Assert.Empty(session.Run($"Get-SlurmJob {none}").Clean().Output);
        }

        var said = session.Run("Get-SlurmJob -Partition gpuu -State Preempted").Fails("SlurmPartitionNotFound", ErrorCategory.ObjectNotFound).Exception.Message;
        Assert.Contains("Did you mean 'gpu'?", said, StringComparison.Ordinal);
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
    public void What_is_piped_in_comes_out_in_its_order_and_a_bad_one_is_an_error_of_its_own()
    {
        using var session = Open();
        var folder = Directory.CreateDirectory(Path.Combine(cluster.Rig.WorkFolder, "piped")).FullName;
        for (var at = 10; at < 40; at++)
        {
            File.WriteAllText(Path.Combine(folder, $"{at}.sh"), at == 20 ? "no script" : $"#!/bin/sh\n#SBATCH --hold --output=/dev/null\n{(at == 30 ? "#SBATCH --partition=nowhere\n" : "")}");
        }

        session.Runspace.SessionStateProxy.SetVariable("files", new DirectoryInfo(folder).GetFiles().OrderBy(static file => file.Name).ToArray());
        var outcome = session.Run("$files | Submit-SlurmJob");
        Assert.Equal(["InvalidSlurmScript", "SlurmRefused"], outcome.ErrorIds);
        Assert.Equal(Enumerable.Range(10, 30).Where(static at => at is not (20 or 30)).Select(static at => $"{at}.sh"), outcome.Output.Select(static job => (string)job.Properties["Name"].Value));
        session.Runspace.SessionStateProxy.SetVariable("jobs", outcome.Output);
        session.Run("$jobs | Stop-SlurmJob").Clean();
    }

    [Fact]
    public void Stopping_takes_back_the_jobs_that_nobody_was_told_of()
    {
        using var session = Open();
        string[] told;
        using (var submitting = session.Start("1..1000 | Submit-SlurmJob -Name enough -OutputPath /dev/null -AdditionalArgument --hold -- true"))
        {
            Wait.Until(() => submitting.Output.Count > 1, "jobs come out");
            Assert.InRange(submitting.Stop(), TimeSpan.Zero, TimeSpan.FromMilliseconds(500));
            told = [.. submitting.Output.Select(static job => job.Properties["Id"].Value.ToString()!).Order()];
        }

        Assert.InRange(told.Length, 2, 999);
        Wait.Until(() => session.Read("(Get-SlurmJob -Name enough).Id").Count == told.Length, "the others are taken back");
        Assert.Equal(told, session.Read("(Get-SlurmJob -Name enough).Id").Order());
        session.Run("Get-SlurmJob -Name enough | Stop-SlurmJob").Clean();
    }

    [Fact]
    public void A_job_that_never_starts_is_pointed_out_once()
    {
        using var session = Open();
        session.Run($"$bad = Submit-SlurmJob -OutputPath /dev/null -- false; $bad | Wait-SlurmJob {Quietly} -ErrorAction Ignore; $after = Submit-SlurmJob -DependsOn $bad -OutputPath /dev/null -- true").Clean();
        using (var waiting = session.Start("$after | Wait-SlurmJob -Interval 1s"))
        {
            Wait.Until(() => waiting.Streams.Warning.Any(static warning => warning.Message.Contains("DependencyNeverSatisfied", StringComparison.Ordinal)), "it is said");
            var looks = waiting.Streams.Progress.Count;
            Wait.Until(() => waiting.Streams.Progress.Count > looks + 1, "the cluster is asked again");
            Assert.Single(waiting.Streams.Warning, static warning => warning.Message.Contains("DependencyNeverSatisfied", StringComparison.Ordinal));
            waiting.Stop();
        }

        session.Run("$after | Stop-SlurmJob").Clean();
    }

    [Fact]
    public async Task That_the_accounting_is_away_is_said_once()
    {
        using var session = Open();
        session.Run($"$a = Submit-SlurmJob -OutputPath /dev/null -- true; $b = Submit-SlurmJob -OutputPath /dev/null -- true; $a, $b | Wait-SlurmJob {Quietly}").Clean();
        await cluster.Rig.StopAccountingAsync();
        try
        {
            var outcome = session.Run("$a, $b | Get-SlurmJob");
            Assert.Equal(["Completed", "Completed"], outcome.Output.Select(static job => job.Properties["State"].Value.ToString()));
            Assert.Contains("accounting does not answer", Assert.Single(outcome.Warnings), StringComparison.Ordinal);
        }
        finally
        {
            await cluster.Rig.StartAccountingAsync();
        }
    }

    [Fact]
    public async Task Without_the_controller_the_accounting_tells_of_jobs_by_id_and_by_time_and_that_is_said_once()
    {
        using var session = Open();
        session.Run($"$a = Submit-SlurmJob -OutputPath /dev/null -- true | Wait-SlurmJob {Quietly}").Clean();
        Wait.Until(() => session.Run("Get-SlurmJob -Since 1h -State Completed").Clean().Output.Count > 0, "the accounting has it");
        await cluster.Rig.SaveControllerAsync();
        await cluster.Rig.StopControllerAsync();
        try
        {
            var outcome = session.Run("Get-SlurmJob $a.Id, 4000000");
            Assert.Equal("Completed", Assert.Single(outcome.Output).Properties["State"].Value.ToString());
            Assert.Equal(["SlurmControllerAway"], outcome.ErrorIds);
            Assert.EndsWith(". What the accounting knows is shown, which lags behind.", Assert.Single(outcome.Warnings), StringComparison.Ordinal);
            Assert.Contains(session.Run("Get-SlurmJob -Since 1h").Output, job => job.Properties["State"].Value.ToString() == "Completed");
        }
        finally
        {
            await cluster.Rig.StartControllerAsync();
        }
    }

    [Fact]
    public void Stopping_a_wait_leaves_the_job_alone()
    {
        using var session = Open();
        session.Run("$job = Submit-SlurmJob -- sleep 600").Clean();
        using (var waiting = session.Start("$job | Wait-SlurmJob"))
        {
            Wait.Until(() => waiting.Streams.Progress.Count > 0, "the wait has begun");
            waiting.Stop();
        }

        Assert.Matches("Pending|Running|Configuring", session.Read("(Get-SlurmJob $job.Id).State").Single());
        session.Run("$job | Stop-SlurmJob").Clean();
    }

    [Fact]
    public void A_type_of_GPU_that_no_partition_has_is_said_to_be_none()
    {
        using var session = Open();
        var said = session.Run("Wait-SlurmResource -GpuType h100").Fails("SlurmResourceImpossible", ErrorCategory.InvalidArgument).Exception.Message;
        Assert.Contains("gpu has 0 GPUs of that type in all", said, StringComparison.Ordinal);
        Assert.EndsWith("Get-SlurmResource shows the GPUs there are.", said, StringComparison.Ordinal);
    }

    [Fact]
    public void One_task_of_an_array_that_waits_is_cancelled_and_no_other()
    {
        using var session = Open();
        session.Run("$many = Submit-SlurmJob -Array 1-3 -OutputPath /dev/null -AdditionalArgument --hold -- true").Clean();
        Assert.Equal("2", session.Read("(Get-SlurmJob \"$($many.Id)_2\").Id.Task").Single());
        session.Run("Get-SlurmJob \"$($many.Id)_2\" | Stop-SlurmJob").Clean();
        Assert.Equal(["1", "3"], session.Read("(Get-SlurmJob -Name $many.Name -Expand | Where-Object ArrayJobId -eq $many.Id).Id.Task"));
        session.Run("$many | Stop-SlurmJob").Clean();
    }

    [Fact]
    public void Dependencies_and_arrays()
    {
        using var session = Open();
        session.Run("$a = Submit-SlurmJob -Name many -Array 0-2 -OutputPath /dev/null -- true; $b = Submit-SlurmJob -OutputPath /dev/null -DependsOn $a -DependencyType AfterAny -- true").Clean();
        Assert.Equal(4, session.Run($"$a, $b | Wait-SlurmJob {Quietly}").Clean().Output.Count);
    }

    [Fact]
    public void What_there_is_by_partition_by_node_and_in_all()
    {
        using var session = Open();
        Assert.Equal(["cpu 0/0", "gpu 32/32"], session.Read("Get-SlurmResource"));
        Assert.Equal(["gpu 32/32"], session.Read("Get-SlurmResource g*"));
        Assert.Equal(["all 32/32"], session.Read("Get-SlurmResource -Total"));
        Assert.Equal(["cpu01 0/0", "cpu02 0/0", "gpu01 8/8", "gpu02 8/8", "gpu03 8/8", "gpu04 8/8"], session.Read("Get-SlurmResource -ByNode"));
        Assert.Equal(["gpu 32/32"], session.Read("Get-SlurmResource -GpuType a1*"));
        Assert.Empty(session.Read("Get-SlurmResource -GpuType h100"));
        Assert.Equal(["gpu 32/32"], session.Read("$j = Submit-SlurmJob -AdditionalArgument --hold -- true; $j | Get-SlurmJob | Get-SlurmResource; $j | Stop-SlurmJob"));
        var outcome = session.Run("Get-SlurmResource gpu, moon");
        outcome.Fails("SlurmPartitionNotFound", ErrorCategory.ObjectNotFound);
        Assert.Equal(["gpu 32/32"], outcome.Texts);
    }

    [Fact]
    public void Waiting_for_what_is_free_gives_the_partition_and_the_backends_partition_is_meant()
    {
        using var session = Open();
        Assert.Equal(["gpu 32/32"], session.Read("Wait-SlurmResource -MinGpu 4 -Partition gpu -Timeout 2h"));
        Assert.Equal(["gpu 32/32"], session.Read("Wait-SlurmResource -MinGpuPerNode 8 -MinNode 4"));
        Assert.Equal(["cpu 0/0"], session.Read("Wait-SlurmResource cpu -MinNode 2"));
        _store.Configure("backends:\n  hpc:\n    uri: 'slurm:'\n    defaults:\n      partition: cpu\n");
        using var other = Session.Open(_store);
        Assert.Equal(["cpu 0/0"], other.Read("Wait-SlurmResource -MinNode 1"));
        other.Run("Wait-SlurmResource -MinGpu 1").Fails("SlurmResourceImpossible", ErrorCategory.InvalidArgument);
    }

    [Fact]
    public void Asking_for_what_is_free_too_often_is_warned_of()
    {
        using var session = Open();
        Assert.Contains("burdens the controller", Assert.Single(session.Run("Wait-SlurmResource -Interval 4s").Clean().Warnings), StringComparison.Ordinal);
        Assert.Empty(session.Run("Wait-SlurmResource -Interval 5s").Clean().Warnings);
    }

    [Fact]
    public void Stopping_a_wait_for_what_is_free_leaves_the_job_alone()
    {
        using var session = Open();
        session.Run("$job = Submit-SlurmJob -Gpu 32 -AdditionalArgument --nodes=4 -OutputPath /dev/null -- sleep 600; $job | Wait-SlurmJob -State Running -Interval 1s -Timeout 1m -WarningAction Ignore").Clean();
        using (var waiting = session.Start("Wait-SlurmResource"))
        {
            Wait.Until(() => waiting.Streams.Progress.Count > 0, "the wait has begun");
            waiting.Stop();
        }

        session.Run("$job | Stop-SlurmJob").Clean();
        Assert.Single(session.Run("Wait-SlurmResource -MinGpu 32 -Interval 1s -Timeout 1m -WarningAction Ignore").Clean().Output);
    }
}
