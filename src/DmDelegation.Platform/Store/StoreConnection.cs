using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DmDelegation.Platform.Store;

/// <summary>The open database: settings, statements, transactions. Every fault of it comes out as <see cref="StoreException"/>.</summary>
internal sealed class StoreConnection : IDisposable
{
    // Only one instance may have the store, and it must not wait for the other: the first lock is taken without retries.
    private const string Settings = """
        PRAGMA locking_mode=EXCLUSIVE;
        PRAGMA journal_mode=WAL;
        PRAGMA synchronous=FULL;
        PRAGMA secure_delete=ON;
        PRAGMA trusted_schema=OFF;
        BEGIN EXCLUSIVE;
        COMMIT;
        """;

    private readonly SqliteConnection _connection;

    static StoreConnection() => Batteries_V2.Init();

    private StoreConnection(SqliteConnection connection, string path)
    {
        _connection = connection;
        Path = path;
    }

    public string Path { get; }

    /// <summary>Opens or creates the database for the one instance that may write it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="vfs">Name of another SQLite VFS, null for the platform's: fault injection replaces it.</param>
    public static StoreConnection OpenExclusive(string path, string? vfs)
    {
        var store = Open(path, vfs is null ? "mode=rwc" : $"mode=rwc&vfs={vfs}");
        try
        {
            store.RunAtOnce(Settings);
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Opens the main file alone, without locks and without looking at a write-ahead log.</summary>
    public static StoreConnection OpenImmutable(string path) => Open(path, "mode=ro&immutable=1");

    /// <summary>Runs statements that must succeed at once or not at all; SQLite's own answer, without the retries of the library above it.</summary>
    public void RunAtOnce(string sql)
    {
        var result = raw.sqlite3_exec(_connection.Handle, sql);
        if (result != raw.SQLITE_OK)
            throw StoreException.From(result, raw.sqlite3_errmsg(_connection.Handle).utf8_to_string(), Path);
    }

    public SqliteCommand Prepare(string sql, params ReadOnlySpan<string> parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters)
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        return command;
    }

    public long? Number(string sql) => Guarded(() =>
    {
        using var command = Prepare(sql);
        return command.ExecuteScalar() as long?;
    });

    public string Text(string sql) => Guarded(() =>
    {
        using var command = Prepare(sql);
        return command.ExecuteScalar() as string ?? "";
    });

    public List<T> Rows<T>(string sql, Func<SqliteDataReader, T> read) => Guarded(() =>
    {
        using var command = Prepare(sql);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(read(reader));
        return rows;
    });

    /// <summary>One transaction, made durable before this returns, or nothing of it.</summary>
    public void InTransaction(Action<SqliteTransaction> write) => Guarded(() =>
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        write(transaction);
        transaction.Commit();
        return true;
    });

    public void Dispose() => _connection.Dispose();

    private static StoreConnection Open(string path, string query)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            // A URI, because only that carries "immutable" and "vfs"; its reserved characters may occur in a path.
            DataSource = $"file:{path.Replace("%", "%25").Replace("?", "%3f").Replace("#", "%23")}?{query}",
            Pooling = false,
        }.ToString());
        try
        {
            connection.Open();
            return new StoreConnection(connection, path);
        }
        catch (SqliteException fault)
        {
            connection.Dispose();
            throw StoreException.From(fault, path);
        }
    }

    private T Guarded<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (SqliteException fault)
        {
            throw StoreException.From(fault, Path);
        }
    }
}
