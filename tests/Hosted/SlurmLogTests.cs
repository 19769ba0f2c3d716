using System.Management.Automation;
using GpuOps.Hosted.Hosting;

namespace GpuOps.Hosted;

/// <summary>What jobs of a real cluster write, as PowerShell shows it.</summary>
[Collection(Alone.Name)]
public sealed class SlurmLogTests(Cluster cluster) : IClassFixture<Cluster>, IDisposable
{
    private readonly Store _store = new();

    private Session Open()
    {
        var session = Session.Open(_store);
        session.Runspace.SessionStateProxy.Path.SetLocation(cluster.Rig.WorkFolder);
        return session;
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_job_is_waited_for_and_its_log_read_in_one_line()
    {
        using var session = Open();
        session.Run("$job = Submit-SlurmJob -OutputPath logs/%x.out -Name log -- sh -c 'echo one; echo two >&2; printf three'").Clean();
        Assert.Equal(["one", "two", "three"], session.Read("$job | Wait-SlurmJob -Interval 1s -WarningAction Ignore | Get-SlurmJobLog"));
        Assert.Equal(["two", "three"], session.Read("$job | Get-SlurmJobLog -Tail 2"));
        Assert.Equal("one\ntwo\nthree", session.Read("Get-SlurmJobLog $job.Id -Raw").Single());
    }

    [Fact]
    public void A_job_is_followed_from_its_submission_and_each_line_knows_whose_it_is()
    {
        using var session = Open();
        var lines = session.Run("$job = Submit-SlurmJob -OutputPath a.out -ErrorPath a.err -- sh -c 'echo out; echo err >&2'; $job | Get-SlurmJobLog -Follow").Clean().Output;
        Assert.Equal(["Error err", "Output out"], lines.Select(line => $"{line.Properties["Stream"].Value} {line}").Order());
        Assert.All(lines, line => Assert.IsType<string>(line.BaseObject));
        Assert.Equal("True", session.Read("($job | Get-SlurmJobLog | ForEach-Object { $_.Job.Id -eq $job.Id }) -notcontains $false").Single());
        Assert.Equal(["err"], session.Read("$job | Get-SlurmJobLog -Stream Error"));
    }

    [Fact]
    public void Tasks_of_an_array_come_with_their_label_and_their_text_as_it_was()
    {
        using var session = Open();
        session.Run("$array = Submit-SlurmJob -Array 1-2 -OutputPath %A_%a.out -- sh -c 'echo task $SLURM_ARRAY_TASK_ID'").Clean();
        var lines = session.Run("$array | Get-SlurmJobLog -Follow").Clean().Output;
        Assert.Equal(["task 1", "task 2"], lines.Select(static line => line.ToString()).Order());
        Assert.All(lines, static line => Assert.Equal("GpuOps.Schedulers.GpuJobLogLine", line.TypeNames[0]));
        session.Run("$one = Submit-SlurmJob -OutputPath one.out -- echo 1; $two = Submit-SlurmJob -OutputPath two.out -- echo 2").Clean();
        Assert.Equal(["1", "2"], session.Read("$one, $two | Get-SlurmJobLog -Follow").Order());
        Assert.Equal(["2"], session.Read("$two | Get-SlurmJobLog"));
    }

    [Fact]
    public void Stopping_a_follow_leaves_the_job_alone()
    {
        using var session = Open();
        session.Run("$job = Submit-SlurmJob -OutputPath on.out -- sh -c 'echo begin; exec sleep 600'").Clean();
        using (var following = session.Start("$job | Get-SlurmJobLog -Follow"))
        {
            Wait.Until(() => following.Output.Count > 0, "the job has written");
            following.Stop();
        }

        Assert.Equal(["begin"], session.Read("$job | Get-SlurmJobLog -Follow | Select-First"));
        Assert.Equal("Running", session.Read("(Get-SlurmJob $job.Id).State").Single());
        var outcome = session.Run("$job | Get-SlurmJobLog -Follow -Timeout 2s");
        outcome.Fails("SlurmLogTimeout", ErrorCategory.OperationTimeout);
        Assert.Equal(["begin"], outcome.Texts);
        session.Run("$job | Stop-SlurmJob").Clean();
    }

    [Fact]
    public void While_a_job_waits_the_progress_says_why()
    {
        using var session = Open();
        session.Run("$job = Submit-SlurmJob -AdditionalArgument --hold -- true").Clean();
        using (var following = session.Start("$job | Get-SlurmJobLog -Follow"))
        {
            Wait.Until(() => following.Streams.Progress.Any(it => it.StatusDescription == "1 Pending (JobHeldUser)"), "the progress says why");
            following.Stop();
        }

        session.Run("$job | Get-SlurmJobLog").Fails("SlurmJobNotBegun", ErrorCategory.ResourceUnavailable);
        session.Run("$job | Stop-SlurmJob").Clean();
    }

    [Theory]
    [InlineData("Get-SlurmJobLog 4000000", "SlurmJobNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Get-SlurmJobLog 4000000 -Follow", "SlurmJobNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Get-SlurmJobLog 12_x", "InvalidSlurmJobId", ErrorCategory.InvalidArgument)]
    [InlineData("Submit-SlurmJob -OutputPath /dev/null -- true | Get-SlurmJobLog -Follow", "SlurmLogDiscarded", ErrorCategory.ObjectNotFound)]
    public void What_cannot_be_is_an_error_that_says_so(string script, string id, ErrorCategory category)
    {
        using var session = Open();
        session.Run(script).Fails(id, category);
    }
}
