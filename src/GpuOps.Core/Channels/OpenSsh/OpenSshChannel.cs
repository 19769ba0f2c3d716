using GpuOps.Channels.Ssh;
using GpuOps.Errors;

namespace GpuOps.Channels.OpenSsh;

/// <summary>
/// Runs programs on another host by the installed <c>ssh</c>, for sites whose logins only it knows: Kerberos, hardware
/// keys, prompts of their own. One control master serves all callers; it is started at first use, again after a drop,
/// and ends with this process, however that ends.
/// </summary>
public sealed class OpenSshChannel : ICommandChannel
{
    private readonly OpenSshOptions _options;
    private readonly SshDialog _dialog;
    private readonly TimeProvider _time;
    private readonly RemoteFiles _files;
    private readonly RemoteCommands _commands;
    private volatile IReadOnlyDictionary<string, string> _environment;

    /// <summary>Makes the channel; it connects at first use.</summary>
    /// <param name="options">How ssh is called.</param>
    /// <param name="dialog">Who answers what ssh asks; nobody by default.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="GpuOpsException"><c>SshAddressInvalid</c>.</exception>
    public OpenSshChannel(OpenSshOptions options, SshDialog? dialog = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var address = SshAddress.Parse(options.Name);
        _options = options with { Name = address.Host, User = options.User ?? address.User, Port = options.Port ?? address.Port };
        _environment = options.Environment;
        _dialog = dialog ?? new SshDialog();
        _time = time ?? TimeProvider.System;
        _files = new RemoteFiles(this);
        Description = options.Name;
        _commands = new RemoteCommands(Description, OpenAsync, _time);
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public async Task ConnectAsync(CancellationToken cancellationToken) => _ = await _commands.ConnectionAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<CommandResult> RunAsync(ChannelCommand command, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        // Connecting tells what variables the user's configuration of ssh sets.
        _ = await _commands.ConnectionAsync(cancellationToken);
        return await _commands.RunAsync(new RemoteScript(command, _environment, Description), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<byte[]> ReadAsync(string path, long offset, int atMost, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(atMost);
        return _files.ReadAsync(path, offset, atMost, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ChannelFile?> StatAsync(string path, CancellationToken cancellationToken) => _files.StatAsync(path, cancellationToken);

    /// <inheritdoc/>
    public Task WriteAsync(string path, ReadOnlyMemory<byte> content, bool isProgram, CancellationToken cancellationToken) =>
        _files.WriteAsync(path, content, isProgram, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _commands.DisposeAsync();

    private async Task<IRemoteConnection> OpenAsync(CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
            throw new GpuOpsException("TransportNotSupported", GpuOpsErrorKind.NotAllowed, "ssh on Windows cannot share a connection. Use the transport SshNet here.", _options.Name);
        var call = OpenSshCall.Find(_options);
        var way = await OpenSshWay.ReadAsync(call, cancellationToken);
        _environment = _options.Environment.Concat(way.End.Environment).DistinctBy(variable => variable.Key).ToDictionary();
        return await OpenSshMaster.StartAsync(call, way, _dialog.ForConnection(), _time, cancellationToken);
    }
}
