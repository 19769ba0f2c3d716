using GpuOps.Channels.Ssh;
using GpuOps.Errors;

namespace GpuOps.Channels.OpenSsh;

/// <summary>
/// Runs programs on another host by the installed <c>ssh</c>, for sites whose logins only it knows: Kerberos, hardware
/// keys, prompts of their own. One control master serves all callers; it is started at first use, again after a drop,
/// and ends with this process, however that ends.
/// </summary>
public sealed class OpenSshChannel : RemoteChannel
{
    private readonly OpenSshOptions _options;
    private readonly SshDialog _dialog;
    private volatile IReadOnlyDictionary<string, string> _environment;

    /// <summary>Makes the channel; it connects at first use.</summary>
    /// <param name="options">How ssh is called.</param>
    /// <param name="dialog">Who answers what ssh asks; nobody by default.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="GpuOpsException"><c>SshAddressInvalid</c>.</exception>
    public OpenSshChannel(OpenSshOptions options, SshDialog? dialog = null, TimeProvider? time = null)
        : base((options ?? throw new ArgumentNullException(nameof(options))).Name, time)
    {
        var address = SshAddress.Parse(options.Name);
        _options = options with { Name = address.Host, User = options.User ?? address.User, Port = options.Port ?? address.Port };
        _environment = options.Environment;
        _dialog = dialog ?? new SshDialog();
    }

    /// <inheritdoc/>
    public override async Task<CommandResult> RunAsync(ChannelCommand command, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        // Connecting tells what variables the user's configuration of ssh sets.
        _ = await Commands.ConnectionAsync(cancellationToken);
        return await Commands.RunAsync(new RemoteScript(command, _environment, Description), cancellationToken);
    }

    private protected override async Task<IRemoteConnection> OpenAsync(CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
            throw new GpuOpsException("TransportNotSupported", GpuOpsErrorKind.NotAllowed, "ssh on Windows cannot share a connection. Use the transport SshNet here.", _options.Name);
        var call = OpenSshCall.Find(_options);
        var way = await OpenSshWay.ReadAsync(call, cancellationToken);
        _environment = _options.Environment.Concat(way.End.Environment).DistinctBy(variable => variable.Key).ToDictionary();
        return await OpenSshMaster.StartAsync(call, way, _dialog.ForConnection(), Time, cancellationToken);
    }
}
