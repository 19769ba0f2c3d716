using GpuOps.Channels;
using GpuOps.Errors;

namespace GpuOps.Schedulers.Slurm;

/// <summary>Runs Slurm's commands where they are, and turns what they complain of into errors.</summary>
/// <param name="channel">The way there.</param>
/// <param name="options">Where they are.</param>
internal sealed class SlurmCommands(ICommandChannel channel, SlurmOptions options)
{
    /// <summary>The id of the error that tells that the controller does not answer.</summary>
    public const string ControllerAway = "SlurmControllerAway";

    private readonly Dictionary<string, string> _environment = options.Configuration is null
        ? new(SqueueOutput.Environment)
        : new(SqueueOutput.Environment) { ["SLURM_CONF"] = options.Configuration };

    /// <summary>How a command is called where it runs.</summary>
    /// <param name="program">Its bare name.</param>
    public string PathOf(string program) => options.CommandFolder is { } folder ? $"{folder.TrimEnd('/')}/{program}" : program;

    /// <summary>The error of a host without Slurm.</summary>
    /// <param name="path">What was looked for.</param>
    /// <param name="cause">How that showed.</param>
    public GpuOpsException NotFound(string path, Exception? cause = null) => new("SlurmNotFound", GpuOpsErrorKind.NotFound,
        $"There is no '{path}' on {channel.Description}. Install Slurm's client commands there, or say with the backend's 'commandFolder' where they are.", path, cause);

    /// <summary>Runs one to its end, well or badly.</summary>
    /// <exception cref="GpuOpsException"><c>SlurmNotFound</c>, or what the channel says.</exception>
    public Task<CommandResult> TryAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        TryAsync(new ChannelCommand([PathOf(program), .. arguments]), cancellationToken);

    /// <summary>Runs one to its end, well or badly.</summary>
    /// <param name="command">The command, its program by its path.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="GpuOpsException"><c>SlurmNotFound</c>, or what the channel says.</exception>
    public async Task<CommandResult> TryAsync(ChannelCommand command, CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string>(_environment);
        foreach (var (name, value) in command.Environment)
            environment[name] = value;
        try
        {
            return await channel.RunAsync(command with { Environment = environment }, cancellationToken);
        }
        catch (GpuOpsException fault) when (fault.Id == "CommandNotFound")
        {
            throw NotFound(command.Arguments[0], fault);
        }
    }

    /// <summary>Runs one that has to succeed.</summary>
    /// <returns>What it printed.</returns>
    /// <exception cref="GpuOpsException">It complained: <see cref="Explain"/>.</exception>
    public async Task<CommandResult> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var result = await TryAsync(program, arguments, cancellationToken);
        return result.ExitCode == 0 ? result : throw Explain(SlurmComplaints.Read(result.ErrorText), program);
    }

    /// <summary>A complaint as an error a person can act on, with Slurm's own words.</summary>
    /// <param name="complaint">What was said.</param>
    /// <param name="program">By which command.</param>
    /// <param name="target">What it is about.</param>
    public GpuOpsException Explain(SlurmComplaint complaint, string program, object? target = null)
    {
        var said = complaint.Message.Length > 0 ? complaint.Message : "it said nothing";
        return complaint.Trouble switch
        {
            SlurmTrouble.ControllerAway => new(ControllerAway, GpuOpsErrorKind.Unreachable, $"Slurm's controller does not answer on {channel.Description}: {said}", target ?? options.Backend),
            SlurmTrouble.AccountingAway => new("SlurmAccountingAway", GpuOpsErrorKind.Unreachable, $"Slurm's accounting does not answer on {channel.Description}: {said}", target ?? options.Backend),
            SlurmTrouble.AccountingOff => new("SlurmAccountingOff", GpuOpsErrorKind.NotReady, $"The cluster of {channel.Description} keeps no accounting: {said}", target ?? options.Backend),
            SlurmTrouble.UnknownJob => new("SlurmJobNotFound", GpuOpsErrorKind.NotFound, $"Slurm knows no such job: {said}", target),
            SlurmTrouble.NotAllowed => new("SlurmNotAllowed", GpuOpsErrorKind.NotAllowed, $"Slurm does not let you do that: {said}", target),
            _ => new("SlurmRefused", GpuOpsErrorKind.InvalidArgument, $"{program} refused: {said}", target),
        };
    }
}
