using GpuOps.Hosted.Hosting;

namespace GpuOps.Hosted;

/// <summary>What Tab offers of a real cluster.</summary>
[Collection(Alone.Name)]
public sealed class SlurmCompletionTests(Cluster cluster) : IClassFixture<Cluster>, IDisposable
{
    private readonly Store _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task What_jobs_can_name_on_the_cluster_is_offered()
    {
        await RequireAsync("scontrol", "update", "nodename=gpu01", "availablefeatures=nvlink,fast", "activefeatures=nvlink,fast");
        await RequireAsync("scontrol", "update", "nodename=gpu02", "availablefeatures=nvlink", "activefeatures=nvlink");
        await RequireAsync("scontrol", "create", "reservation", "reservationname=course", "starttime=now+1day", "duration=60", "users=root", "nodes=cpu01");
        await RequireAsync("sacctmgr", "--immediate", "add", "qos", "urgent", "description=bars | and all");
        using var session = Session.Open(_store);
        Assert.Equal(["rig", "root"], Offers(session, "-Account "));
        Assert.Equal(["normal", "urgent"], Offers(session, "-Qos "));
        Assert.Equal(["course"], Offers(session, "-Reservation c"));
        Assert.Equal(["fast", "nvlink"], Offers(session, "-Constraint "));
        Assert.Equal(["fast&nvlink"], Offers(session, "-Constraint 'fast&n"));
        Assert.Equal("'fast&nvlink'", session.Read("(TabExpansion2 \"Submit-SlurmJob -Constraint 'fast&n\").CompletionMatches.CompletionText").Single());
        Assert.Equal(["bars | and all", "2 nodes"], session.Read("(TabExpansion2 'Submit-SlurmJob -Qos u').CompletionMatches.ToolTip; (TabExpansion2 'Submit-SlurmJob -Constraint nv').CompletionMatches.ToolTip"));
        Assert.StartsWith("cpu01, ", session.Read("(TabExpansion2 'Submit-SlurmJob -Reservation c').CompletionMatches.ToolTip").Single(), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Offers(Session session, string written) =>
        session.Run("param($line) (TabExpansion2 $line).CompletionMatches.ListItemText", $"Submit-SlurmJob {written}").Clean().Texts.Order();

    private async Task RequireAsync(params string[] argv)
    {
        var (exitCode, output, errors) = await cluster.Rig.RunAsync(argv);
        Assert.True(exitCode == 0, output + errors);
    }
}
