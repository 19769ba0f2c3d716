using System.Runtime.CompilerServices;
using System.Text;
using GpuOps.Channels;
using GpuOps.Channels.Files;
using GpuOps.Configuration;
using GpuOps.Errors;

namespace GpuOps.Schedulers.Slurm;

/// <summary>A Slurm cluster, through its own commands on this host or on another. Any number of callers may use it at once.</summary>
public sealed partial class SlurmScheduler : IJobScheduler
{
    private readonly ICommandChannel _channel;
    private readonly SlurmCommands _commands;
    private readonly SlurmJobReader _jobs;
    private readonly SlurmTags _tags;
    private readonly SlurmSubmission _submission;
    private readonly TimeProvider _time;

    /// <summary>Makes it; nothing runs before the first use.</summary>
    /// <param name="channel">The way to a host that has Slurm's commands; it is disposed with this.</param>
    /// <param name="options">Where they are.</param>
    /// <param name="time">The clock.</param>
    public SlurmScheduler(ICommandChannel channel, SlurmOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(options);
        (_channel, _commands, Backend, DefaultPartition) = (channel, new SlurmCommands(channel, options), options.Backend, options.Defaults.GetValueOrDefault("partition"));
        _time = time ?? TimeProvider.System;
        _jobs = new SlurmJobReader(channel, _commands, Backend);
        Choices = new SlurmChoices(_commands, _jobs.UserAsync);
        _tags = new SlurmTags(_jobs.FindAsync, (ids, token) => CancelAsync(ids, null, token), _time);
        _submission = new SlurmSubmission(channel, _commands, options, _tags, () => _jobs.KnownUser, _time);
    }

    /// <inheritdoc/>
    public string Backend { get; }

    /// <summary>The partition of jobs that name none; null where that is the cluster's to choose.</summary>
    public string? DefaultPartition { get; }

    /// <summary>What jobs can name on it.</summary>
    public SlurmChoices Choices { get; }

    /// <inheritdoc/>
    public string Description => $"Slurm on {_channel.Description}";

    /// <summary>Reads jobs: what the controller knows, filled up from the accounting where a job is over or forgotten.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GpuOpsException"><c>SlurmControllerAway</c>, <c>SlurmNotFound</c>, or what the channel says.</exception>
    public Task<SlurmJobs> ReadJobsAsync(SlurmJobQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        return _jobs.ReadAsync(query, cancellationToken);
    }

    /// <summary>The way to the host where Slurm's commands run, and the files that jobs write.</summary>
    internal ICommandChannel Channel => _channel;

    /// <summary>Whether Slurm's commands run on this host, so that its folders are theirs.</summary>
    public bool IsLocal => _channel is LocalChannel;

    /// <summary>Connects to the host where Slurm's commands run, if that is not done yet.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GpuOpsException">What the channel says.</exception>
    public Task ConnectAsync(CancellationToken cancellationToken) => _channel.ConnectAsync(cancellationToken);

    /// <summary>Reads a template, for jobs that are all to be written by the same text.</summary>
    /// <param name="name">Its name; null for the backend's default.</param>
    /// <exception cref="GpuOpsException"><c>SlurmTemplateNotFound</c> with the names there are, or <c>SlurmTemplateUnreadable</c>.</exception>
    /// <returns>Null when there is no default.</returns>
    public SlurmTemplate? FindTemplate(string? name) => _submission.FindTemplate(name);

    /// <summary>What would be sent to sbatch, the mark of the job and what its variables hold left out.</summary>
    /// <param name="request">The job.</param>
    /// <exception cref="GpuOpsException">See <see cref="SbatchCommand.From"/>.</exception>
    public SbatchCommand Preview(SlurmJobRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _submission.Preview(request);
    }

    /// <summary>
    /// The jobs that a request becomes: itself, or several arrays where its <see cref="SlurmJobRequest.TaskArguments"/> are
    /// more than the cluster's MaxArraySize, which is asked for only when they could be, or than fit into one script.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GpuOpsException">What <see cref="SbatchCommand.From"/> says of tasks, or what the channel says.</exception>
    public async Task<IReadOnlyList<SlurmJobRequest>> PlanAsync(SlurmJobRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var size = request.TaskArguments is { Count: > SlurmArrayPlan.UsualSize }
            ? ScontrolConfig.MaxArraySize((await _commands.RunAsync("scontrol", ["show", "config"], cancellationToken)).OutputText) ?? SlurmArrayPlan.UsualSize
            : SlurmArrayPlan.UsualSize;
        return SlurmArrayPlan.Split(request, size, _submission.Measure);
    }

    /// <summary>Submits a job, once: where nobody can say whether it was taken it is looked up, and never sent again.</summary>
    /// <param name="request">The job.</param>
    /// <param name="folder">Where sbatch runs, to which the job's relative paths are relative; null for where the channel begins.</param>
    /// <param name="cancellationToken">Gives up; a job that was taken meanwhile is cancelled.</param>
    /// <exception cref="GpuOpsException">
    /// <c>SlurmRefused</c> with Slurm's own words, <c>SlurmNotAllowed</c>, <c>SlurmLogFolderFailed</c>,
    /// <c>SlurmSubmissionUnknown</c>, what <see cref="SbatchCommand.From"/> says, or what the channel says.
    /// </exception>
    /// <returns>The job as it is known without asking again: it waits.</returns>
    public async Task<SlurmJob> SubmitAsync(SlurmJobRequest request, string? folder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var submitted = (await SubmitAsync([request], folder, cancellationToken))[0];
        return submitted.Job ?? throw submitted.Fault!;
    }

    /// <summary>Submits jobs, each once and several with one command: over SSH that is faster than one by one.</summary>
    /// <param name="requests">The jobs.</param>
    /// <param name="folder">Where sbatch runs, to which the jobs' relative paths are relative; null for where the channel begins.</param>
    /// <param name="cancellationToken">Gives up; jobs that were taken meanwhile are cancelled.</param>
    /// <returns>What became of each, in their order. What Slurm refuses is no exception here, since the others go on.</returns>
    public Task<IReadOnlyList<SlurmSubmitted>> SubmitAsync(IReadOnlyList<SlurmJobRequest> requests, string? folder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(requests);
        return _submission.RunAsync(requests, folder, cancellationToken);
    }

    /// <summary>Ends jobs of which nobody was told; it tries for a while, and never fails.</summary>
    /// <param name="ids">Which.</param>
    public Task TakeBackAsync(IReadOnlyCollection<SlurmJobId> ids) => _tags.TakeBackAsync([], ids);

    /// <summary>The error of a job that the cluster does not know.</summary>
    /// <param name="id">Its id.</param>
    public GpuOpsException NotFound(SlurmJobId id) => new(
        "SlurmJobNotFound", GpuOpsErrorKind.NotFound,
        $"'{Backend}' knows no job {id}. A task of an array that was cancelled before it began is forgotten; without accounting so is every job some minutes after its end.", id);

    /// <summary>Ends jobs, or sends them a signal.</summary>
    /// <param name="ids">Which.</param>
    /// <param name="signal">The signal's name or number; null ends them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GpuOpsException"><c>SlurmNotAllowed</c>, <c>SlurmRefused</c>, <c>SlurmControllerAway</c>.</exception>
    public async Task CancelAsync(IReadOnlyList<SlurmJobId> ids, string? signal, CancellationToken cancellationToken)
    {
        GpuOpsException? refusal = null;
        foreach (var piece in SlurmIdPieces.Of(ids.Select(static id => id.ToString())))
        {
            try
            {
                await _commands.RunAsync("scancel", [.. signal is null ? [] : (string[])[$"--signal={signal}", "--full"], .. piece], cancellationToken);
            }
            catch (GpuOpsException fault) when (fault.Id is "SlurmNotAllowed" or "SlurmRefused" or "SlurmJobNotFound")
            {
                // As scancel does it: one that cannot be ended does not keep the others alive.
                refusal ??= fault;
            }
        }

        if (refusal is not null)
            throw refusal;
    }

    /// <summary>Keeps a waiting job from starting.</summary>
    /// <param name="id">Which.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task HoldAsync(SlurmJobId id, CancellationToken cancellationToken) => ControlAsync("hold", id, cancellationToken);

    /// <summary>Lets a held job start.</summary>
    /// <param name="id">Which.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task ReleaseAsync(SlurmJobId id, CancellationToken cancellationToken) => ControlAsync("release", id, cancellationToken);

    /// <summary>Puts a job back into the queue, also one that is over while the controller still knows it.</summary>
    /// <param name="id">Which.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GpuOpsException"><c>SlurmJobNotFound</c>: only the accounting still knows it. And what <see cref="CancelAsync"/> says.</exception>
    public async Task RequeueAsync(SlurmJobId id, CancellationToken cancellationToken)
    {
        try
        {
            await ControlAsync("requeue", id, cancellationToken);
        }
        catch (GpuOpsException fault) when (fault.Id == "SlurmJobNotFound")
        {
            throw new GpuOpsException(fault.Id, fault.Kind,
                $"The controller of '{Backend}' does not have the job {id} any more, so that it cannot be put back: it forgets jobs some minutes after their end. Submit it again. {fault.Message}", id, fault);
        }
    }

    /// <summary>What the cluster has and what can be had of it now.</summary>
    /// <param name="filter">What of it is wanted; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GpuOpsException"><c>SlurmControllerAway</c>, <c>SlurmNotFound</c>, or what the channel says.</exception>
    public async Task<SlurmResources> ReadResourcesAsync(SlurmResourceFilter? filter, CancellationToken cancellationToken)
    {
        var nodes = ShowAsync("nodes", cancellationToken);
        var partitions = ShowAsync("partitions", cancellationToken);
        await Task.WhenAll(nodes, partitions);
        return SlurmResources.Of(ScontrolNodes.Parse(await nodes), ScontrolPartitions.Parse(await partitions), filter, Backend);
    }

    /// <summary>The end of what a job wrote to its error file, or to its output where that is one file.</summary>
    /// <param name="job">The job.</param>
    /// <param name="count">How many lines at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>None when there is no such file here, or it cannot be read.</returns>
    public async Task<IReadOnlyList<string>> ReadLastLinesAsync(SlurmJob job, int count, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        const int enough = 8192;
        var path = job.ErrorPath.Length > 0 ? job.ErrorPath : job.OutputPath;
        try
        {
            if (path.Length == 0 || await _channel.StatAsync(path, cancellationToken) is not { Length: > 0 } file)
                return [];
            var start = await LastLines.StartAsync(_channel, path, file.Length, count, enough, cancellationToken);
            var bytes = await _channel.ReadAsync(path, start, enough, cancellationToken);
            return Encoding.UTF8.GetString(bytes).TrimEnd('\n').Split('\n');
        }
        catch (GpuOpsException)
        {
            return [];
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BackendCheck> TestAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var commands = await TryAsync("Commands", async () => (await _commands.RunAsync("squeue", ["--version"], cancellationToken)).OutputText.Trim());
        yield return commands;
        if (!commands.Succeeded)
            yield break;
        yield return await TryAsync("Controller", async () => $"{(await ReadResourcesAsync(null, cancellationToken)).Nodes.Count} nodes.");
        yield return await TryAsync("Accounting", async () =>
        {
            await _commands.RunAsync("sacct", ["--noheader", "--starttime=now"], cancellationToken);
            return "It answers.";
        });

        static async Task<BackendCheck> TryAsync(string step, Func<Task<string>> work)
        {
            try
            {
                return new BackendCheck(step, true, await work());
            }
            catch (GpuOpsException fault)
            {
                return new BackendCheck(step, false, fault.Message);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _channel.DisposeAsync();

    private async Task<string> ShowAsync(string what, CancellationToken cancellationToken) =>
        (await _commands.RunAsync("scontrol", ["--details", "show", what], cancellationToken)).OutputText;

    private Task ControlAsync(string verb, SlurmJobId id, CancellationToken cancellationToken) => ControlAsync([verb, id.ToString()], id, cancellationToken);

    private async Task ControlAsync(string[] words, SlurmJobId id, CancellationToken cancellationToken)
    {
        var result = await _commands.TryAsync("scontrol", words, cancellationToken);
        // Of an unknown job scontrol complains and still ends with 0 in some versions.
        if (result.ExitCode != 0 || result.Error.Length > 0)
            throw _commands.Explain(SlurmComplaints.Read(result.ErrorText), "scontrol", id);
    }
}
