using Renci.SshNet;

namespace GpuOps.Channels.Ssh;

/// <summary>A way to log in that asks a person, only when the server wants it, and again after a wrong answer.</summary>
/// <param name="name">The method's name in the protocol.</param>
/// <param name="user">The account.</param>
/// <param name="attempt">Asks, and makes the method for one attempt; null when there is no answer.</param>
internal sealed class AskingMethod(string name, string user, Func<AuthenticationMethod?> attempt) : AuthenticationMethod(user)
{
    private const int Tries = 3;

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override AuthenticationResult Authenticate(Session session)
    {
        var result = AuthenticationResult.Failure;
        for (var left = Tries; left > 0 && result == AuthenticationResult.Failure && attempt() is { } method; left--)
        {
            using (method)
            {
                result = method.Authenticate(session);
                AllowedAuthentications = method.AllowedAuthentications;
                if (AllowedAuthentications?.Contains(name) == false)
                    break;
            }
        }

        return result;
    }
}
