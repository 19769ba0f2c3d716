using System.Globalization;
using GpuOps.Channels;
using GpuOps.Errors;

namespace GpuOps.Schedulers.Slurm;

/// <summary>Reads jobs: what the controller knows, filled up from the accounting where a job is over or forgotten.</summary>
/// <param name="channel">The way to Slurm's commands.</param>
/// <param name="commands">Slurm's commands there.</param>
/// <param name="backend">The backend's name, which the jobs are marked with.</param>
internal sealed class SlurmJobReader(ICommandChannel channel, SlurmCommands commands, string backend)
{
    private const int ReadAtOnce = 32 * 1024;

    private volatile string? _user;

    /// <summary>Who one is on the host where Slurm's commands run, as far as that is known without asking.</summary>
    public string? KnownUser => _user ?? (channel is LocalChannel ? Environment.UserName : null);

    /// <summary>Reads jobs.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GpuOpsException"><c>SlurmControllerAway</c>, <c>SlurmNotFound</c>, or what the channel says.</exception>
    public async Task<SlurmJobs> ReadAsync(SlurmJobQuery query, CancellationToken cancellationToken)
    {
        if (query.Ids is { Count: 0 })
            return new SlurmJobs([], null);

        string[] of = query.Ids is not null || query.AllUsers ? [] : [$"--user={string.Join(',', query.Users ?? [await UserAsync(cancellationToken)])}"];
        string[] also = [.. query.Ids is null && query.Since is null && !query.Remembered ? [] : (string[])["--states=all"], .. query.Expand ? (string[])["--array"] : []];
        List<SlurmJob> found = [];
        GpuOpsException? away = null;
        try
        {
            foreach (var ids in IdsOf(query))
                found.AddRange(await ReadLiveAsync([.. of, .. ids, .. also], cancellationToken));
        }
        catch (GpuOpsException fault) when (fault.Id == SlurmCommands.ControllerAway && query.AccountedWillDo && (query.Ids is not null || query.Since is not null))
        {
            away = fault;
        }

        var live = Wanted(query, found);
        if (away is null && query.Since is null && (query.Ids is null || AreAllAlive(query.Ids, live)))
            return new SlurmJobs(SlurmJobOrder.Sort(live), null);

        var (accounted, missing) = await ReadAccountedAsync(query, of, cancellationToken);
        return away is not null && missing is not null
            ? throw away
            : new SlurmJobs(SlurmJobOrder.Sort(SlurmJobMerge.Combine(live, Wanted(query, accounted))), away ?? missing);
    }

    /// <summary>Finds one's own jobs by words in their comments.</summary>
    /// <param name="tags">The words.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Dictionary<string, SlurmJobId>> FindAsync(IReadOnlyCollection<string> tags, CancellationToken cancellationToken)
    {
        var live = await ReadLiveAsync([$"--user={await UserAsync(cancellationToken)}", "--states=all"], cancellationToken);
        Dictionary<string, SlurmJobId> found = [];
        foreach (var job in live)
        {
            if (tags.FirstOrDefault(tag => job.Comment.Contains(tag, StringComparison.Ordinal)) is { } tag)
                found[tag] = SlurmJobId.Parse(job.Id.Base);
        }

        return found;
    }

    /// <summary>Who one is on the host where Slurm's commands run.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GpuOpsException"><c>SlurmUserUnknown</c>, or what the channel says.</exception>
    public async Task<string> UserAsync(CancellationToken cancellationToken)
    {
        // What one caller found, and never his own wait for it: that ends with him.
        if (_user is { } known)
            return known;
        var result = await channel.RunAsync(new ChannelCommand(["id", "-un"]), cancellationToken);
        return _user = result.OutputText.Trim() is { Length: > 0 } name && result.ExitCode == 0
            ? name
            : throw new GpuOpsException("SlurmUserUnknown", GpuOpsErrorKind.InvalidData, $"'id -un' on {channel.Description} does not say who you are there: {result.ErrorText.Trim()}", backend);
    }

    /// <summary>Squeue and sacct are asked for whole arrays: not all versions take tasks in brackets.</summary>
    private static IEnumerable<string[]> IdsOf(SlurmJobQuery query) => query.Ids is { } ids
        ? SlurmIdPieces.Of(ids.Select(static id => id.Base).Distinct()).Select(static piece => (string[])[$"--jobs={string.Join(',', piece)}"])
        : [[]];

    private static IReadOnlyList<SlurmJob> Wanted(SlurmJobQuery query, IReadOnlyList<SlurmJob> jobs)
    {
        if (query.Ids is not { } ids)
            return jobs;
        var byBase = ids.ToLookup(static id => id.Base);
        return [.. jobs.SelectMany(job => SlurmArrayTasks.Of(job, byBase[job.Id.Base]))];
    }

    private static bool AreAllAlive(IReadOnlyList<SlurmJobId> ids, IReadOnlyList<SlurmJob> live)
    {
        if (live.Any(static job => job.IsFinished))
            return false;
        var known = new SlurmJobLookup(live);
        return ids.All(id => known.Of(id).Any());
    }

    private async Task<List<SlurmJob>> ReadLiveAsync(IEnumerable<string> selection, CancellationToken cancellationToken)
    {
        var framing = SlurmFraming.Random();
        List<SlurmJob> jobs = [];
        var result = await ListAsync("squeue", [.. SqueueOutput.ArgumentsOf(framing), .. selection], text => SqueueOutput.ReadAsync(text, framing, cancellationToken), jobs, cancellationToken);
        if (result.ExitCode == 0)
            return jobs;
        var complaint = SlurmComplaints.Read(result.ErrorText);
        // One id alone that the controller has forgotten: the accounting may still know it.
        return complaint.Trouble == SlurmTrouble.UnknownJob ? [] : throw commands.Explain(complaint, "squeue");
    }

    private async Task<(List<SlurmJob> Jobs, GpuOpsException? Missing)> ReadAccountedAsync(SlurmJobQuery query, string[] of, CancellationToken cancellationToken)
    {
        string[] whose = query.Ids is not null ? [] : query.AllUsers ? ["--allusers"] : of;
        string[] since = query.Since is { } time ? [$"--starttime=now-{Math.Max(1, (long)time.TotalSeconds).ToString(CultureInfo.InvariantCulture)}seconds"] : [];
        List<SlurmJob> accounted = [];
        GpuOpsException? missing = null;
        foreach (var ids in IdsOf(query).TakeWhile(_ => missing is null))
        {
            (var some, missing) = await ReadAccountedAsync([.. whose, .. ids, .. since], cancellationToken);
            accounted.AddRange(some);
        }

        return (accounted, missing);
    }

    private async Task<(List<SlurmJob> Jobs, GpuOpsException? Missing)> ReadAccountedAsync(IEnumerable<string> selection, CancellationToken cancellationToken)
    {
        var framing = SlurmFraming.Random();
        List<SlurmJob> jobs = [];
        var result = await ListAsync("sacct", [.. SacctOutput.ArgumentsOf(framing), .. selection], text => SacctOutput.ReadAsync(text, framing, cancellationToken), jobs, cancellationToken);
        if (result.ExitCode == 0)
            return (jobs, null);
        var complaint = SlurmComplaints.Read(result.ErrorText);
        return complaint.Trouble is SlurmTrouble.AccountingOff or SlurmTrouble.AccountingAway
            ? ([], commands.Explain(complaint, "sacct"))
            : throw commands.Explain(complaint, "sacct");
    }

    /// <summary>Runs a command that lists jobs, and reads them while it runs: of many jobs the text is larger than the objects.</summary>
    private Task<CommandResult> ListAsync(
        string program, IReadOnlyList<string> arguments, Func<TextReader, IAsyncEnumerable<SlurmJob>> read, List<SlurmJob> jobs, CancellationToken cancellationToken) =>
        commands.TryAsync(
            new ChannelCommand([commands.PathOf(program), .. arguments])
            {
                OutputReader = async (stream, _) =>
                {
                    using var text = new StreamReader(stream, bufferSize: ReadAtOnce, leaveOpen: true);
                    await foreach (var job in read(text))
                        jobs.Add(job with { Backend = backend });
                },
            },
            cancellationToken);
}
