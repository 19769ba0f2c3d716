using Renci.SshNet;
using Renci.SshNet.Common;

namespace GpuOps.Channels.Ssh;

/// <summary>The ways to log in to one destination, in the order of OpenSSH: the agent's keys, key files, questions, the password.</summary>
internal sealed class SshLogin
{
    private readonly SshDestination _destination;
    private readonly Func<SshPrompt, string?>? _ask;
    private readonly List<string> _tried = [];
    private readonly List<IPrivateKeySource> _keys = [];
    private bool _isUnanswered;

    /// <summary>Looks for keys.</summary>
    /// <param name="destination">Where to log in.</param>
    /// <param name="ask">Asks a person; null when nobody can answer.</param>
    public SshLogin(SshDestination destination, Func<SshPrompt, string?>? ask)
    {
        _destination = destination;
        _ask = ask is null ? null : prompt =>
        {
            var answer = ask(prompt);
            _isUnanswered |= answer is null;
            return answer;
        };
        FindKeys();
    }

    /// <summary>What is tried, for the message when nothing of it is taken.</summary>
    public string Tried => _ask is not null ? string.Join(", ", _tried.Append(_isUnanswered ? "asking, but nobody answered" : "asking"))
        : _tried.Count > 0 ? string.Join(", ", _tried) : "nothing, there is no key and nobody to ask for a password";

    /// <summary>The methods, for one connection.</summary>
    public AuthenticationMethod[] Methods()
    {
        List<AuthenticationMethod> methods = [];
        var user = _destination.User;
        if (_keys.Count > 0)
            methods.Add(new PrivateKeyAuthenticationMethod(user, [.. _keys]));
        if (_ask is not null)
        {
            methods.Add(new AskingMethod("keyboard-interactive", user, () => Interactive(_ask)));
            methods.Add(new AskingMethod("password", user, () =>
                _ask(Prompt($"Password for {_destination.Description}: ")) is { Length: > 0 } password ? new PasswordAuthenticationMethod(user, password) : null));
        }

        return methods.Count > 0 ? [.. methods] : [new NoneAuthenticationMethod(user)];
    }

    private KeyboardInteractiveAuthenticationMethod Interactive(Func<SshPrompt, string?> ask)
    {
        var method = new KeyboardInteractiveAuthenticationMethod(_destination.User);
        method.AuthenticationPrompt += (_, request) =>
        {
            var introduction = string.IsNullOrWhiteSpace(request.Instruction) ? "" : request.Instruction.TrimEnd() + "\n";
            foreach (var prompt in request.Prompts)
                prompt.Response = ask(new SshPrompt(_destination.Description, introduction + prompt.Request, !prompt.IsEchoed))
                    ?? throw new SshAuthenticationException("Nobody answered the host's question.");
        };
        return method;
    }

    private SshPrompt Prompt(string text) => new(_destination.Description, text, IsSecret: true);

    private void FindKeys()
    {
        var files = _destination.IdentityFiles.Where(File.Exists).Select(path => new IdentityFile(path)).ToList();
        var agent = _destination.AgentSocket is { } socket ? new SshAgent(socket) : null;
        var held = agent?.Keys() ?? [];
        foreach (var file in files)
        {
            if (file.PublicKey() is { } key && held.Any(other => other.AsSpan().SequenceEqual(key)))
                AddHeld(agent!, key, $"{file.Path} (agent)");
        }

        if (!_destination.IdentitiesOnly)
        {
            var named = files.Select(file => file.PublicKey()).OfType<byte[]>().ToList();
            foreach (var key in held.Where(key => !named.Any(other => other.AsSpan().SequenceEqual(key))))
                AddHeld(agent!, key, $"agent key {KnownHosts.Fingerprint(key)}");
        }

        foreach (var file in files.Where(file => file.PublicKey() is not { } key || !held.Any(other => other.AsSpan().SequenceEqual(key))))
            AddFile(file);
        if (_destination.IdentitiesOnly)
            _tried.AddRange(_destination.IdentityFiles.Where(static path => !File.Exists(path)).Select(static path => $"{path} (does not exist)"));
    }

    private void AddHeld(SshAgent agent, byte[] key, string name)
    {
        _keys.Add(new SigningKey(key, (algorithm, data) => agent.Sign(key, algorithm, data)));
        _tried.Add(name);
    }

    private void AddFile(IdentityFile file)
    {
        var source = file.Open(_ask is null ? null : text => _ask(Prompt(text)));
        if (source is not null)
            _keys.Add(source);
        _tried.Add(source is null ? $"{file.Path} (locked, and nobody can be asked for its passphrase)" : file.Path);
    }
}
