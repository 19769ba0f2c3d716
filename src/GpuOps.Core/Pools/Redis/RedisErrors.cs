using System.Security.Authentication;
using System.Text.Json;
using GpuOps.Errors;
using StackExchange.Redis;

namespace GpuOps.Pools.Redis;

/// <summary>Says what went wrong at a Redis server, and what to do. No message ever holds the password.</summary>
internal sealed class RedisErrors(string store, string at, RedisPoolOptions options)
{
    /// <summary>Whether trying again may help.</summary>
    public static bool IsTransient(Exception error) => error switch
    {
        RedisServerException server => server.Kind is RedisErrorKind.Loading or RedisErrorKind.ClusterDown
            or RedisErrorKind.MasterDown or RedisErrorKind.TryAgain or RedisErrorKind.Busy or RedisErrorKind.MaxClients,
        RedisConnectionException connection => connection.FailureType != ConnectionFailureType.AuthenticationFailure,
        RedisTimeoutException or RedisCommandException { InnerException: RedisConnectionException } => true,
        _ => false,
    };

    public GpuOpsException Explain(Exception error) => error switch
    {
        RedisServerException server => OfServer(server),
        RedisConnectionException when Certificate(error) is { } certificate => Make("StoreCertificateRejected", GpuOpsErrorKind.Authentication,
            $"The certificate of the Redis server {at} is not trusted: {certificate.Message} Set the CA file that signed it, and use the host name that it is made out to.", error),
        RedisConnectionException connection => OfConnection(connection),
        RedisTimeoutException or TimeoutException => Make("StoreUnreachable", GpuOpsErrorKind.Unreachable,
            $"The Redis server {at} does not answer. Check that it runs and is not stalled, and try again.", error),
        _ => Unreachable(error),
    };

    /// <summary>Whether this is what reading an answer ends in when another program wrote to the pool's keys.</summary>
    public static bool IsUnreadable(Exception error) => error is JsonException or FormatException or InvalidCastException
        or KeyNotFoundException or IndexOutOfRangeException or ArgumentException or OverflowException or NullReferenceException;

    /// <summary>The store answered something that makes no sense.</summary>
    public GpuOpsException Unreadable(Exception error) => Corrupt("what it answers cannot be read", error);

    private GpuOpsException OfConnection(RedisConnectionException error) =>
        error.FailureType == ConnectionFailureType.AuthenticationFailure || Says(error, "WRONGPASS") || Says(error, "NOAUTH")
            ? RefusedPassword(error)
            : Unreachable(error);

    private GpuOpsException OfServer(RedisServerException error)
    {
        if (Says(error, "GPUOPSVERSION"))
        {
            return Make("StoreVersionMismatch", GpuOpsErrorKind.InvalidData,
                $"The pool at {store} was made by another version of GpuOps. Update this one.", error);
        }
        if (Says(error, "GPUOPSCORRUPT"))
            return Corrupt($"{Word(error.Message, "GPUOPSCORRUPT")} holds something unexpected", error);
        // A script passes on what its commands met, not always as the error's kind.
        return error.Kind switch
        {
            RedisErrorKind.NoAuth or RedisErrorKind.WrongPass => RefusedPassword(error),
            RedisErrorKind.NoPermission => Forbidden(error),
            RedisErrorKind.ReadOnly => ReadOnly(error),
            RedisErrorKind.OutOfMemory => Full(error),
            RedisErrorKind.Misconfigured => CannotSave(error),
            RedisErrorKind.WrongType => Corrupt("a key has another type than GpuOps gave it", error),
            _ when Says(error, "NOPERM") || Says(error, "The user executing the script") => Forbidden(error),
            _ when Says(error, "READONLY") => ReadOnly(error),
            _ when Says(error, "OOM command") => Full(error),
            _ when Says(error, "MISCONF") => CannotSave(error),
            _ when Says(error, "WRONGTYPE") => Corrupt("a key has another type than GpuOps gave it", error),
            _ when IsTransient(error) || error.Kind is RedisErrorKind.NoReplicas or RedisErrorKind.Moved or RedisErrorKind.Ask =>
                Make("StoreUnreachable", GpuOpsErrorKind.Unreachable, $"The Redis server {at} cannot serve now: {error.Message}", error),
            _ => Make("StoreFailed", GpuOpsErrorKind.InvalidData, $"The Redis server {at} answered: {error.Message}", error),
        };
    }

    private GpuOpsException Unreachable(Exception error) => Make("StoreUnreachable", GpuOpsErrorKind.Unreachable,
        $"The Redis server {at} cannot be reached. Check that it runs, that the host and port are right, that no firewall is between, "
            + $"and that it {(options.Tls ? "speaks TLS (redis: is for one that does not)" : "does not ask for TLS (rediss: is for one that does)")}.", error);

    private GpuOpsException RefusedPassword(Exception error)
    {
        var variable = options.PasswordVariable is { } name ? $"the environment variable {name}" : "the environment variable of the password";
        return Make("StoreAuthenticationFailed", GpuOpsErrorKind.Authentication,
            string.IsNullOrEmpty(options.Password?.Invoke())
                ? $"The Redis server {at} asks for a password, and {variable} holds none. Set it, and try again."
                : $"The Redis server {at} refused the user '{options.User ?? "default"}' or the password. Check the user name and {variable}.", error);
    }

    private GpuOpsException Forbidden(Exception error) => Make("StoreAuthenticationFailed", GpuOpsErrorKind.Authentication,
        $"The Redis user may not do what the pool at {store} needs. docs/redis.md has the ACL rule; the server says: {error.Message}", error);

    private GpuOpsException ReadOnly(Exception error) => Make("StoreReadOnly", GpuOpsErrorKind.NotAllowed,
        $"The Redis server {at} is a read-only replica. Name the primary.", error);

    private GpuOpsException Full(Exception error) => Make("StoreFull", GpuOpsErrorKind.Exhausted,
        $"The Redis server {at} is full: its memory reached maxmemory. Raise maxmemory or delete other data; releasing still works.", error);

    private GpuOpsException CannotSave(Exception error) => Make("StoreReadOnly", GpuOpsErrorKind.Exhausted,
        $"The Redis server {at} cannot save to its disk and takes no writes. Look for a full disk there; the server says: {error.Message}", error);

    private GpuOpsException Corrupt(string what, Exception error) => Make("StoreCorrupt", GpuOpsErrorKind.InvalidData,
        $"The pool at {store} is damaged: {what}. If another program wrote to its keys, delete them (docs/redis.md) and run Initialize-GpuPool.", error);

    private GpuOpsException Make(string id, GpuOpsErrorKind kind, string message, Exception error) => new(id, kind, message, store, error);

    private static bool Says(Exception error, string word)
    {
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause.Message.Contains(word, StringComparison.Ordinal))
                return true;
        }
        return false;
    }

    private static string Word(string message, string after) =>
        message[(message.IndexOf(after, StringComparison.Ordinal) + after.Length)..].TrimStart().Split(' ')[0];

    private static AuthenticationException? Certificate(Exception? error) =>
        error is null or AuthenticationException ? (AuthenticationException?)error : Certificate(error.InnerException);
}
