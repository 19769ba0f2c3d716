namespace GpuOps.Rigs;

/// <summary>The daemons of a rig, by name.</summary>
/// <param name="folder">The rig's folder.</param>
internal sealed class SlurmDaemons(SlurmFolder folder) : IDisposable
{
    private readonly Dictionary<string, RigDaemon> _daemons = [];

    /// <summary>Starts one; its output goes to <c>log/NAME.log</c>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="environment">More variables to set.</param>
    public void Start(string name, string[] command, params (string Name, string Value)[] environment)
    {
        if (_daemons.ContainsKey(name))
            throw new InvalidOperationException($"{name} runs already.");
        var variables = environment.ToDictionary(variable => variable.Name, variable => variable.Value);
        variables["SLURM_CONF"] = folder.Configuration;
        _daemons[name] = RigDaemon.Start(folder[$"log/{name}.log"], variables, command);
    }

    /// <summary>Whether one was started and not ended.</summary>
    /// <param name="name">Its name.</param>
    public bool Has(string name) => _daemons.ContainsKey(name);

    /// <summary>Ends one at once, with SIGKILL.</summary>
    /// <param name="name">Its name.</param>
    public async Task KillAsync(string name)
    {
        if (!_daemons.Remove(name, out var daemon))
            throw new InvalidOperationException($"{name} does not run.");
        await daemon.KillAsync();
        daemon.Dispose();
    }

    /// <summary>Fails, with what it said, when one ended by itself.</summary>
    public void ThrowIfOneEnded()
    {
        foreach (var daemon in _daemons.Values)
            daemon.ThrowIfEnded();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var daemon in _daemons.Values)
            daemon.Dispose();
        _daemons.Clear();
    }
}
