using GpuOps.Hosted.Hosting;

namespace GpuOps.Hosted;

/// <summary>The commands for jobs on a real Slurm cluster, beside a queue.</summary>
[Collection(Alone.Name)]
public sealed class GpuJobOnSlurmTests(Cluster cluster) : IClassFixture<Cluster>, IDisposable
{
    private const string Quickly = "-Interval 1s -WarningAction Ignore -ErrorAction Ignore";

    private readonly JobQueue _queue = new();

    public void Dispose() => _queue.Dispose();

    [Fact]
    public void The_verbs_do_the_same_there_and_give_its_richer_jobs()
    {
        using var session = Open();
        session.Run("$job = Submit-GpuJob -Backend slurm: -Hold -Gpus 1 -Time 20m -Name held -EnvironmentVariable @{ SAID = 'it''s' } -- sh -c 'echo $SAID; exit 3'").Clean();
        Assert.Equal(
            ["GpuOps.Schedulers.Slurm.SlurmJob", "slurm:", "held", "Pending", "00:20:00"],
            session.Read("$job.GetType().FullName; $job.Backend; $job.Name; $job.State; $job.TimeLimit"));
        Assert.Equal(["True"], session.Read("(Get-GpuJob -Backend slurm: -Name he*).Id -contains $job.Id"));
        Assert.Equal(["renamed"], session.Read("($job | Set-GpuJob -Name renamed -Hold:$false -PassThru).Name"));
        Assert.Equal(["3"], session.Read($"($job | Wait-GpuJob {Quickly}).ExitCode"));
        Assert.Equal(["it's"], session.Read("$job | Get-GpuJobLog"));

        session.Run("$long = Submit-GpuJob -Backend slurm: -- sleep 600; $long | Stop-GpuJob").Clean();
        Assert.Equal(["Cancelled"], session.Read($"($long | Wait-GpuJob {Quickly}).State"));
        session.Run("$long | Get-GpuJob | Stop-GpuJob").Fails("JobFinished", System.Management.Automation.ErrorCategory.ObjectNotFound);
    }

    [Fact]
    public void Jobs_of_both_go_down_one_pipeline()
    {
        using var session = Open();
        session.Run("$jobs = $('queue:', 'slurm:' | ForEach-Object { Submit-GpuJob -Backend $_ -- sh -c 'echo from $0; exit 4' $_ })").Clean();
        Assert.Equal(["queue: 4", "slurm: 4"], session.Read($"$jobs | Wait-GpuJob {Quickly} | ForEach-Object {{ \"$($_.Backend) $($_.ExitCode)\" }}").Order());
        Assert.Equal(["from queue:", "from slurm:"], session.Read("$jobs | Get-GpuJobLog").Order());
    }

    [Fact]
    public void Blocks_choices_and_prepared_commands_run_there_too()
    {
        using var session = Open();
        File.WriteAllText(Path.Combine(_queue.Folder, "rc.sh"), "export FROM=prologue\n");
        Assert.Equal(["'$x' prologue", "a 1", "b 2"], session.Read($$"""
            $x = '$x'
            $jobs = @(
                Submit-GpuJob -Backend slurm: -WorkingDirectory {{cluster.Rig.WorkFolder}} -Prologue {{_queue.Folder}}/rc.sh -- sh -c 'echo "$1 $FROM"' sh "'$x'"
                Submit-GpuJob -Backend slurm: -WorkingDirectory {{cluster.Rig.WorkFolder}} -Expand -- echo '{{"{{a,b}}"}}' '{{"{{1,2}}"}}')
            $null = $jobs | Wait-GpuJob {{Quickly}}
            $jobs | Get-GpuJobLog
            """));
        Assert.Equal(["Completed", "42"], session.Read($$"""
            $job = Submit-GpuJob -Backend slurm: -AsJob -Interval 1s -WarningAction Ignore -ScriptBlock { param($a) $a + 1 } -ArgumentList 41
            ($job | Wait-Job -Timeout 60).State
            $job.GpuJob | Get-GpuJobLog
            """));
    }

    [Theory]
    [InlineData("Submit-GpuJob -Backend slurm: -GpuId 0 -- true", "JobRequestNotSupported")]
    [InlineData("Submit-GpuJob -Backend slurm: -Share 0.5 -- true", "JobRequestNotSupported")]
    public void What_it_has_no_words_for_is_refused(string script, string id)
    {
        using var session = Open();
        session.Run(script).Fails(id, System.Management.Automation.ErrorCategory.InvalidArgument);
    }

    [Fact]
    public void Tab_offers_the_jobs_of_the_backend_that_was_written()
    {
        using var session = Open();
        session.Run("$here = Submit-GpuJob -Hold -Name here -- true; $there = Submit-GpuJob -Backend slurm: -Hold -Name there -- true").Clean();
        Assert.Equal(session.Read("$here.Id"), session.Read("(TabExpansion2 'Stop-GpuJob ').CompletionMatches.CompletionText"));
        Assert.Contains(session.Read("$there.Id").Single(), session.Read("(TabExpansion2 'Stop-GpuJob -Backend slurm: -Id ').CompletionMatches.CompletionText"));
        session.Run("$there | Stop-GpuJob").Clean();
    }

    private Session Open()
    {
        var session = _queue.Open();
        session.Runspace.SessionStateProxy.Path.SetLocation(cluster.Rig.WorkFolder);
        return session;
    }
}
