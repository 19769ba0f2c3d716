using System.Diagnostics;
using System.Management.Automation;
using GpuOps.Hosted.Hosting;

namespace GpuOps.Hosted;

/// <summary>Watching a real cluster from the pipeline, until the user has enough.</summary>
[Collection(Alone.Name)]
public sealed class SlurmWatchTests(Cluster cluster) : IClassFixture<Cluster>, IDisposable
{
    private const string Quickly = "-Interval 100ms -WarningAction Ignore";

    private readonly Store _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_job_on_the_pipeline_is_watched_to_its_end()
    {
        using var session = Open();
        var changes = session.Read($"Submit-SlurmJob -Name train -OutputPath /dev/null -- true | Watch-SlurmJob {Quickly} | ForEach-Object {{ \"$($_.Name) $($_.From) $($_.To)\" }}");
        Assert.EndsWith(" Completed", changes[^1], StringComparison.Ordinal);
        Assert.Matches("^train  (Pending|Configuring|Running|Completing|Completed)$", changes[0]);
        Assert.Equal(changes.Count, changes.Distinct().Count());
    }

    [Theory]
    [InlineData("Get-SlurmJobLog")]
    [InlineData("Get-SlurmJob | Get-SlurmJobLog")]
    [InlineData("Wait-SlurmJob -Interval 1s -WarningAction Ignore | Get-SlurmJobLog")]
    public void What_changed_goes_on_to_other_commands(string commands)
    {
        using var session = Open();
        Assert.Equal(["seen"], session.Read($"Submit-SlurmJob -OutputPath 'seen/%x/%j.out' -Name 'of one' -- echo seen | Watch-SlurmJob {Quickly} | Where-Object To -EQ Completed | {commands}"));
    }

    [Fact]
    public void Partitions_of_the_pipeline_are_watched_together()
    {
        using var session = Open();
        using var watching = session.Start("Get-SlurmResource | Watch-SlurmResource -Interval 1h");
        Wait.Until(() => watching.Output.Count == 2, "both partitions are told");
        Assert.Equal(["cpu", "gpu"], watching.Output.Select(static change => (string)change.Properties["Partition"].Value).Order(StringComparer.Ordinal));
        watching.Stop();
    }

    [Fact]
    public void One_of_the_partitions_of_the_pipeline_is_enough()
    {
        using var session = Open();
        Assert.Equal(["gpu"], session.Read($"Get-SlurmResource | Wait-SlurmResource -MinGpu 4 {Quickly} | ForEach-Object Partition"));
    }

    [Fact]
    public void Many_jobs_are_watched_together_and_one_that_never_was_is_an_error_beside_them()
    {
        using var session = Open();
        var outcome = session.Run($"$j = 1..3 | ForEach-Object {{ Submit-SlurmJob -OutputPath /dev/null -- true }}; @('4000000') + $j.Id | Watch-SlurmJob {Quickly} | Where-Object To -EQ Completed");
        outcome.Fails("SlurmJobNotFound", ErrorCategory.ObjectNotFound);
        Assert.Equal(3, outcome.Output.Count);
    }

    [Fact]
    public void Own_jobs_are_watched_until_Ctrl_C()
    {
        using var session = Open();
        using var other = Open();
        using var watching = session.Start($"Watch-SlurmJob -Name new* {Quickly}");
        // A job that was there before the first look is told only when it changes, so that one more is made until one is new.
        Wait.Until(() =>
        {
            other.Run("1..2 | ForEach-Object { Submit-SlurmJob -Name \"new$_\" -AdditionalArgument --hold -OutputPath /dev/null -- true }").Clean();
            return watching.Output.Count > 0;
        }, "a new job is told");
        var change = watching.Output[0];
        Assert.StartsWith("new", (string)change.Properties["Name"].Value, StringComparison.Ordinal);
        Assert.Equal((null, "Pending"), (change.Properties["From"].Value, change.Properties["To"].Value.ToString()));
        watching.Stop();
        other.Run("Get-SlurmJob | Stop-SlurmJob").Clean();
    }

    [Theory]
    [InlineData("Watch-SlurmResource gpu -Interval 1h")]
    [InlineData("Watch-SlurmCluster 1h")]
    public void What_it_is_like_now_comes_at_once_and_who_has_enough_goes_on(string script)
    {
        using var session = Open();
        var clock = Stopwatch.StartNew();
        Assert.Single(session.Run($"{script} | Select-First").Clean().Output);
        using (var watching = session.Start(script))
        {
            Wait.Until(() => watching.Output.Count > 0, "the first object is there");
            watching.Stop();
        }

        Assert.True(clock.Elapsed < Wait.Patience);
    }

    [Fact]
    public void A_report_has_what_was_asked_for()
    {
        using var session = Open();
        Assert.Equal(["True", "True", "cpu 0/0 gpu 32/32"], session.Read("$r = Watch-SlurmCluster 1h -Include Resources | Select-First; $null -eq $r.Users; $null -eq $r.Jobs; \"$($r.Resources)\""));
    }

    [Theory]
    [InlineData("Watch-SlurmCluster never", "InvalidSchedule", ErrorCategory.InvalidArgument)]
    [InlineData("Watch-SlurmCluster '61 * * * *'", "InvalidSchedule", ErrorCategory.InvalidArgument)]
    [InlineData("Watch-SlurmResource moon", "SlurmPartitionNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Watch-SlurmJob 12_x", "InvalidSlurmJobId", ErrorCategory.InvalidArgument)]
    [InlineData("Watch-SlurmJob 4000000", "SlurmJobNotFound", ErrorCategory.ObjectNotFound)]
    public void What_cannot_be_is_an_error_that_says_so(string script, string id, ErrorCategory category)
    {
        using var session = Open();
        session.Run(script).Fails(id, category);
    }

    [Theory]
    [InlineData("Watch-SlurmResource gpu -Interval 1s")]
    [InlineData("Watch-SlurmCluster 1s")]
    public void Asking_too_often_is_warned_of(string script)
    {
        using var session = Open();
        Assert.Contains("burdens the controller", Assert.Single(session.Run($"{script} | Select-First").Clean().Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Watch-SlurmResource gpu -Interval 1h", "TERM", 143)]
    [InlineData("Watch-SlurmResource gpu -Interval 1h", "INT", 130)]
    [InlineData("Watch-SlurmCluster 1h", "TERM", 143)]
    [InlineData("Watch-SlurmJob $id -Interval 1h", "TERM", 143)]
    public void A_signal_to_gpuops_ends_it_with_its_exit_code_and_after_its_cleanup(string script, string signal, int exitCode)
    {
        using var session = Open();
        var id = session.Read("$job = Submit-SlurmJob -AdditionalArgument --hold -- true; \"$($job.Id)\"").Single();
        using var child = Child.StartScript($$"""
            try { {{script.Replace("$id", id, StringComparison.Ordinal)}} | ForEach-Object { [Console]::Out.WriteLine('seen') } } finally { [Console]::Out.WriteLine('cleaned up') }
            'not this'
            """);
        Assert.Equal("seen", child.ReadLine());
        child.Signal(signal);
        var (code, output, errors) = child.Finish();
        Assert.Equal((exitCode, "cleaned up\n", ""), (code, output, errors));
        session.Run("$job | Stop-SlurmJob").Clean();
    }

    private Session Open()
    {
        var session = Session.Open(_store);
        session.Runspace.SessionStateProxy.Path.SetLocation(cluster.Rig.WorkFolder);
        return session;
    }
}
