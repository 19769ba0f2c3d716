using System.Globalization;

namespace GpuOps.Schedulers.Slurm;

/// <summary>What jobs can name on a cluster, for those who write a request.</summary>
public sealed class SlurmChoices
{
    private readonly SlurmCommands _commands;
    private readonly Func<CancellationToken, Task<string>> _user;

    internal SlurmChoices(SlurmCommands commands, Func<CancellationToken, Task<string>> user) => (_commands, _user) = (commands, user);

    /// <summary>The accounts that one's jobs can be charged to.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Errors.GpuOpsException">The accounting is off or away, or what the channel says.</exception>
    public async Task<IReadOnlyList<SlurmChoice>> ReadAccountsAsync(CancellationToken cancellationToken) =>
        await ReadAccountingAsync(["associations", $"user={await _user(cancellationToken)}", "format=Account"], cancellationToken);

    /// <summary>The qualities of service.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Errors.GpuOpsException">The accounting is off or away, or what the channel says.</exception>
    public Task<IReadOnlyList<SlurmChoice>> ReadQosAsync(CancellationToken cancellationToken) => ReadAccountingAsync(["qos", "format=Name,Description"], cancellationToken);

    /// <summary>The reservations, also those that are to come.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Errors.GpuOpsException">The controller is away, or what the channel says.</exception>
    public async Task<IReadOnlyList<SlurmChoice>> ReadReservationsAsync(CancellationToken cancellationToken) =>
        ScontrolReservations.Parse((await _commands.RunAsync("scontrol", ["show", "reservation"], cancellationToken)).OutputText);

    /// <summary>The features of nodes, each with how many nodes have it.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Errors.GpuOpsException">The controller is away, or what the channel says.</exception>
    public async Task<IReadOnlyList<SlurmChoice>> ReadFeaturesAsync(CancellationToken cancellationToken) =>
        [.. ScontrolNodes.Parse((await _commands.RunAsync("scontrol", ["show", "nodes"], cancellationToken)).OutputText)
            .SelectMany(static node => node.Features)
            .CountBy(static feature => feature)
            .OrderBy(static pair => pair.Key, StringComparer.Ordinal)
            .Select(static pair => new SlurmChoice(pair.Key, string.Create(CultureInfo.InvariantCulture, $"{pair.Value} nodes")))];

    private async Task<IReadOnlyList<SlurmChoice>> ReadAccountingAsync(IEnumerable<string> what, CancellationToken cancellationToken) =>
        SacctmgrOutput.Parse((await _commands.RunAsync("sacctmgr", ["--noheader", "--parsable2", "show", .. what], cancellationToken)).OutputText);
}
