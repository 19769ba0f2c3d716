namespace GpuOps.Channels.Ssh;

/// <summary>A question that a person has to answer for a connection.</summary>
/// <param name="Host">Whose question it is.</param>
/// <param name="Text">The question.</param>
/// <param name="IsSecret">The answer must not be shown: a password, the passphrase of a key.</param>
public sealed record SshPrompt(string Host, string Text, bool IsSecret);
